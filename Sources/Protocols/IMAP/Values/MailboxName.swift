/// A mailbox's name as people see it: Unicode, levels separated by `/`, `INBOX` in upper case whatever the client wrote (RFC 3501 §5.1).
public struct MailboxName: Sendable, Hashable, CustomStringConvertible {
    public let text: String
    public static let separator: Character = "/"
    public static let inbox = MailboxName("INBOX")
    /// Octets of UTF-8 that a name may have.
    public static let longest = 1000

    public init(_ text: String) { self.text = MailboxName.foldingInbox(text) }

    /// From the wire. Nil: not modified UTF-7, or too long.
    public init?(encoded: some Collection<UInt8>) {
        guard encoded.count <= 4 * MailboxName.longest, let text = ModifiedUTF7.decode(encoded), text.utf8.count <= MailboxName.longest
        else {
            return nil
        }
        self.init(text)
    }

    public var encoded: [UInt8] { ModifiedUTF7.encode(text) }
    public var isInbox: Bool { text == "INBOX" }
    public var description: String { text }

    /// True for names that CREATE and RENAME may make: no empty level, no wildcard.
    public var isWellFormed: Bool {
        text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
            && !text.utf8.contains { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "*") }
    }

    /// The names above this one, outermost first.
    public var ancestors: [MailboxName] {
        var found: [MailboxName] = []
        for index in text.utf8.indices where text.utf8[index] == UInt8(ascii: "/") { found.append(MailboxName(String(text[..<index]))) }
        return found
    }

    public func isDescendant(of other: MailboxName) -> Bool { text.utf8.starts(with: (other.text + "/").utf8) }

    /// `INBOX`, alone or as the first level, is written in capitals.
    private static func foldingInbox(_ text: String) -> String {
        let head = text.utf8.prefix(6)
        guard head.prefix(5).equalsIgnoringCase("INBOX"), head.count == 5 || head.last == UInt8(ascii: "/") else { return text }
        return "INBOX" + String(decoding: text.utf8.dropFirst(5), as: UTF8.self)
    }
}

extension Parser {
    mutating func mailbox() throws(SyntaxError) -> MailboxName {
        guard let name = MailboxName(encoded: try astring()) else { throw .badMailboxName }
        return name
    }
}
