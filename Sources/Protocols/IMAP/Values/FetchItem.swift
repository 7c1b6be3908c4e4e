/// A data item of FETCH (RFC 3501 §6.4.5).
public enum FetchItem: Sendable, Hashable {
    case uid, flags, internalDate, size, envelope
    /// `BODY` without brackets (not extensible) and `BODYSTRUCTURE`.
    case body, bodyStructure
    /// `BODY[…]`; with `peeks`, `\Seen` is left alone.
    case section(BodySection, PartialRange?, peeks: Bool)
    /// The old names of `BODY[]`, `BODY.PEEK[HEADER]` and `BODY[TEXT]`.
    case rfc822, rfc822Header, rfc822Text

    /// Fetching it sets `\Seen`.
    public var marksSeen: Bool {
        switch self {
        case .section(_, _, let peeks): !peeks
        case .rfc822, .rfc822Text: true
        case .uid, .flags, .internalDate, .size, .envelope, .body, .bodyStructure, .rfc822Header: false
        }
    }
}

extension Parser {
    /// What stands behind the set: a macro, one item, or several in parentheses; each item once.
    mutating func fetchItems() throws(SyntaxError) -> [FetchItem] {
        var items: [FetchItem] = []
        guard next != UInt8(ascii: "(") else {
            try list { parser throws(SyntaxError) in
                let item = try parser.fetchItem(named: parser.itemName())
                if !items.contains(item) { items.append(item) }
                guard items.count <= 200 else { throw .tooComplex }
            }
            return items
        }
        let name = itemName()
        switch name {
        case "ALL": return [.flags, .internalDate, .size, .envelope]
        case "FAST": return [.flags, .internalDate, .size]
        case "FULL": return [.flags, .internalDate, .size, .envelope, .body]
        default: return [try fetchItem(named: name)]
        }
    }

    private mutating func fetchItem(named name: String) throws(SyntaxError) -> FetchItem {
        switch name {
        case "UID": return .uid
        case "FLAGS": return .flags
        case "INTERNALDATE": return .internalDate
        case "RFC822.SIZE": return .size
        case "ENVELOPE": return .envelope
        case "BODYSTRUCTURE": return .bodyStructure
        case "RFC822": return .rfc822
        case "RFC822.HEADER": return .rfc822Header
        case "RFC822.TEXT": return .rfc822Text
        case "BODY" where next != UInt8(ascii: "["): return .body
        case "BODY": return .section(try section(), try partialRange(), peeks: false)
        case "BODY.PEEK": return .section(try section(), try partialRange(), peeks: true)
        default: throw .expected("a FETCH data item")
        }
    }
}
