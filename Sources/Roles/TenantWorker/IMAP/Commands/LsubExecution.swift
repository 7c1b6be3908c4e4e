import IMAP
import MailStore
import Runtime

extension Lsub: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        let wanted = MailboxPattern(reference: reference, pattern: pattern)
        let shared = try await session.namespace(for: wanted)
        let names = Set(try session.account.subscriptions.compactMap { shared.subscribed($0) })
        var told: Set<MailboxName> = []
        for name in names.sorted(by: { $0.text < $1.text }) {
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
