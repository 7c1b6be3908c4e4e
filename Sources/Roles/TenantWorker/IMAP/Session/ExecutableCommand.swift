import IMAP
import Runtime

/// A command with its effect in this worker.
protocol ExecutableCommand: IMAPCommand {
    /// Does what the command says, writes its data, and returns how it ended (without tag).
    /// - Throws: `StoreError` or a `ConditionResponse`, which become the tagged answer; `ConnectionError`, which ends the session.
    @EventLoopActor func execute(in session: IMAPConnection) async throws -> ConditionResponse
}

extension ExecutableCommand {
    /// The usual end: `NAME completed`.
    func completed(_ code: ResponseCode? = nil) -> ConditionResponse {
        ConditionResponse(tag: nil, .ok, code, text: "\(Self.name) completed")
    }
}
