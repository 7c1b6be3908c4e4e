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
        for listing in try await session.listings(for: wanted) {
            if wanted.matches(listing.name) { session.send(.list(listing)) }
            try await session.giveWay()
        }
        return completed()
    }
}

extension IMAPConnection {
    private struct Listed {
        let name: MailboxName
        var use: SpecialUse?
    }

    /// All mailboxes that may match, and the names above them that are none, with their attributes.
    fileprivate func listings(for wanted: MailboxPattern) async throws -> [MailboxListing] {
        var mailboxes = try account.mailboxes.map { mailbox in
            Listed(name: MailboxName(mailbox.name), use: mailbox.specialUse.flatMap(SpecialUse.init(rawValue:)))
        }
        let shared = try await namespace(for: wanted)
        if shared.isShown {
            mailboxes.removeAll { shared.meaning(of: $0.name) != nil }
            mailboxes += try await listed(in: shared, for: wanted)
        }
        let existing = Set(mailboxes.map(\.name))
        var parents = Set(mailboxes.flatMap(\.name.ancestors))
        if shared.isShown { parents.insert(SharedNamespace.top) }
        let listings = mailboxes.map { mailbox in
            MailboxListing(mailbox.name, [parents.contains(mailbox.name) ? .hasChildren : .hasNoChildren], use: mailbox.use)
        }
        let missing = parents.subtracting(existing).sorted { $0.text < $1.text }.map { MailboxListing($0, [.noSelect, .hasChildren]) }
        return listings + missing
    }

    /// Without their special uses, so that a client does not put the user's own drafts there. Accounts that the pattern leaves out are
    /// not even opened.
    private func listed(in namespace: SharedNamespace, for wanted: MailboxPattern) async throws -> [Listed] {
        var listed: [Listed] = []
        for shared in namespace.mailboxes {
            guard wanted.mayMatch(beginningWith: SharedNamespace.name(of: .inbox, in: shared).text) else { continue }
            guard let account = try await account(of: shared) else { continue }
            listed += account.mailboxes.map { Listed(name: SharedNamespace.name(of: MailboxName($0.name), in: shared)) }
            try await giveWay()
        }
        return listed
    }
}
