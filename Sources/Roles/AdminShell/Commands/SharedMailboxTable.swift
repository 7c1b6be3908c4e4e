import AdminAPI
import ArgumentParser

enum SharedMailboxTable {
    static func of(_ mailboxes: [SharedMailbox]) -> Table {
        Table(
            ["mailbox", "tenant", "state", "members", "used", "quota", "messages", "message quota", "created"],
            mailboxes.map { mailbox in
                [
                    .text(mailbox.address.text), .text(mailbox.tenant.text), .text(mailbox.suspended.shown(mailbox.suspensionReason)),
                    mailbox.members.map { .text($0.map(line(of:)).joined(separator: " ")) } ?? .text("\(mailbox.memberCount)"),
                    .size(mailbox.usage.bytes), .sizeLimit(mailbox.quota.bytes), .number(mailbox.usage.messages),
                    .numberLimit(mailbox.quota.messages), .time(mailbox.createdAt),
                ]
            })
    }

    /// What changes a mailbox prints.
    static func report(_ mailbox: SharedMailbox, _ sentence: String) -> Report { Report(mailbox, of([mailbox]), .sentence(sentence)) }

    private static func line(of member: SharedMember) -> String {
        "\(member.address)(\(member.rights.rawValue)\(member.sends ? ",sends" : ""))"
    }
}

extension SharedRights: ExpressibleByArgument {}

extension [String] {
    /// Addresses of users, each once, of an option that may be repeated and takes several parted by commas.
    func userAddresses() throws -> [EmailAddress] {
        try addresses().map { address in try EmailAddress(address.text) }
    }
}
