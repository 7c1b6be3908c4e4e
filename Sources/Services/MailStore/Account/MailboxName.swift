/// Rules for mailbox names: UTF-8, levels separated by `/`, INBOX in upper case (RFC 9051 §5.1).
enum MailboxName {
    static let separator: Character = "/"
    static let inbox = "INBOX"

    /// The name as it is kept: `inbox` and `inbox/a` in any case become `INBOX` and `INBOX/a`.
    static func canonical(_ name: String) -> String {
        let first = name.prefix { $0 != separator }
        guard first.utf8.count == inbox.utf8.count, first.uppercased() == inbox else { return name }
        return inbox + name.dropFirst(first.count)
    }

    /// The canonical name of a mailbox to be made. A separator at the end only says that children are to come (RFC 9051 §6.3.4).
    static func validated(_ name: String) throws(StoreError) -> String {
        let trimmed = name.hasSuffix("/") ? String(name.dropLast()) : name
        let levels = trimmed.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard trimmed.utf8.count <= StoreLimits.mailboxName, levels.count <= StoreLimits.mailboxDepth,
            levels.allSatisfy({ !$0.isEmpty }), trimmed.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
        else { throw .invalidMailboxName }
        return canonical(trimmed)
    }

    /// The names above a name, outermost first.
    static func parents(of name: String) -> [String] {
        name.utf8.indices.filter { name.utf8[$0] == UInt8(ascii: "/") }.map { String(name[..<$0]) }
    }

    static func precedes(_ one: String, _ other: String) -> Bool {
        if one == inbox || other == inbox { return one == inbox && other != inbox }
        return one.utf8.lexicographicallyPrecedes(other.utf8)
    }
}
