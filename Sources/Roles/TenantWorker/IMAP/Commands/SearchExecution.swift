import IMAP
import MailStore
import Runtime

extension Search: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        let selection = try session.selected
        let found = try await SearchRun(session: session, selection: selection, key: key).run()
        session.send(.search(found.map { answersUIDs ? $0.uid : UInt32(clamping: $0.number) }))
        return completed()
    }
}
