import IMAP
import MailStore
import Runtime

extension List: ExecutableCommand {
    func execute(in session: IMAPConnection) async throws -> ConditionResponse {
        guard !pattern.isEmpty else {  // asks for the separator and the root of the reference (RFC 3501 §6.3.8)
            session.send(.list(MailboxListing(MailboxName(""), [.noSelect])))
            return completed()
        }
        let wanted = MailboxPattern(reference: reference, pattern: pattern)
        for listing in try session.account.listings() {
            if wanted.matches(listing.name) { session.send(.list(listing)) }
            try await session.giveWay()
        }
        return completed()
    }
}

extension Account {
    /// All mailboxes, and the names above them that are none, with their attributes.
    func listings() -> [MailboxListing] {
        let mailboxes = mailboxes.map { (name: MailboxName($0.name), use: $0.specialUse.flatMap(SpecialUse.init(rawValue:))) }
        let existing = Set(mailboxes.map(\.name))
        let parents = Set(mailboxes.flatMap(\.name.ancestors))
        let listings = mailboxes.map { mailbox in
            MailboxListing(mailbox.name, [parents.contains(mailbox.name) ? .hasChildren : .hasNoChildren], use: mailbox.use)
        }
        let missing = parents.subtracting(existing).sorted { $0.text < $1.text }.map { MailboxListing($0, [.noSelect, .hasChildren]) }
        return listings + missing
    }
}
