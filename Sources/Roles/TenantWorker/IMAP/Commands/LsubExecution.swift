import IMAP
import MailStore
import Runtime

extension Lsub: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        let wanted = MailboxPattern(reference: reference, pattern: pattern)
        let subscribed = try session.account.subscriptions.map { MailboxName($0) }
        let names = Set(subscribed)
        var told: Set<MailboxName> = []
        for name in subscribed {
            if wanted.matches(name) { session.send(.lsub(MailboxListing(name))) }
            // With `%`, levels above subscribed names are shown too, marked \Noselect (RFC 3501 §6.3.9).
            for above in name.ancestors where !names.contains(above) && pattern.contains("%") && wanted.matches(above) {
                if told.insert(above).inserted { session.send(.lsub(MailboxListing(above, [.noSelect]))) }
            }
            try await session.giveWay()
        }
        return completed()
    }
}
