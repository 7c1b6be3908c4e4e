import IMAP
import MailStore
import Runtime

extension Fetch: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        let selection = try session.selected
        let chosen = try selection.messages(messages)
        var run = FetchRun(session: session, selection: selection, items: items)
        try await run.run(over: chosen)
        if let damage = run.damage { throw damage }
        // By UID, messages that do not exist are passed over in silence (RFC 3501 §6.4.8).
        return run.isIncomplete && !messages.areUIDs ? IMAPRefusal.expungeIssued : completed()
    }
}
