/// What SEARCH looks for (RFC 3501 §6.4.4). Search strings are UTF-8, of which US-ASCII is a part.
public indirect enum SearchKey: Sendable, Equatable {
    case all
    case not(SearchKey)
    case or(SearchKey, SearchKey)
    case and([SearchKey])
    /// All of these are set, respectively none.
    case flags(SystemFlags), withoutFlags(SystemFlags)
    case keyword(String), withoutKeyword(String)
    case recent, new, old
    case sequence(SequenceSet), uid(SequenceSet)
    case larger(UInt32), smaller(UInt32)
    /// Internal date, time and zone left out of account.
    case before(CalendarDate), on(CalendarDate), since(CalendarDate)
    /// The Date field likewise.
    case sentBefore(CalendarDate), sentOn(CalendarDate), sentSince(CalendarDate)
    /// A field that holds the octets; any such field when they are none.
    case header(name: [UInt8], contains: [UInt8])
    case body([UInt8]), text([UInt8])

    /// What has to be at hand to answer: costs grow downwards.
    public enum Need: Int, Sendable, Comparable {
        case index, header, message
        public static func < (first: Self, second: Self) -> Bool { first.rawValue < second.rawValue }
    }
    public var need: Need {
        switch self {
        case .not(let key): key.need
        case .or(let first, let second): max(first.need, second.need)
        case .and(let keys): keys.map(\.need).max() ?? .index
        case .header, .sentBefore, .sentOn, .sentSince: .header
        case .body, .text: .message
        case .all, .flags, .withoutFlags, .keyword, .withoutKeyword, .recent, .new, .old, .sequence, .uid, .larger, .smaller, .before, .on,
            .since:
            .index
        }
    }
}

extension Parser {
    private static let deepestSearch = 50
    /// Keys of one SEARCH, and those among them that look into messages.
    private static let mostSearchKeys = 1000, mostTextKeys = 50
    /// Keys that stand alone.
    private static let plainSearchKeys: [String: SearchKey] = [
        "ALL": .all, "ANSWERED": .flags(.answered), "DELETED": .flags(.deleted), "DRAFT": .flags(.draft), "FLAGGED": .flags(.flagged),
        "SEEN": .flags(.seen), "UNANSWERED": .withoutFlags(.answered), "UNDELETED": .withoutFlags(.deleted),
        "UNDRAFT": .withoutFlags(.draft),
        "UNFLAGGED": .withoutFlags(.flagged), "UNSEEN": .withoutFlags(.seen), "NEW": .new, "OLD": .old, "RECENT": .recent,
    ]

    /// `search-key *(SP search-key)`.
    mutating func searchKeys(depth: Int = 0) throws(SyntaxError) -> SearchKey {
        var keys = [try searchKey(depth: depth)]
        while next == ByteClass.space, position + 1 < text.count, text[position + 1] != ByteClass.carriageReturn {
            try space()
            keys.append(try searchKey(depth: depth))
        }
        return keys.count == 1 ? keys[0] : .and(keys)
    }

    mutating func searchKey(depth: Int) throws(SyntaxError) -> SearchKey {
        searchKeysTaken += 1
        guard depth <= Parser.deepestSearch, searchKeysTaken <= Parser.mostSearchKeys else { throw .tooComplex }
        if take(UInt8(ascii: "(")) {
            let keys = try searchKeys(depth: depth + 1)
            try expect(")")
            return keys
        }
        if let next, ByteClass.isDigit(next) || next == UInt8(ascii: "*") { return .sequence(try sequenceSet()) }
        let name = itemName()
        if let plain = Parser.plainSearchKeys[name] { return plain }
        guard !name.isEmpty else { throw .expected("a search key") }
        try searchArgumentFollows(name)
        if Parser.textKeys.contains(name) { textKeysTaken += 1 }
        guard textKeysTaken <= Parser.mostTextKeys else { throw .tooComplex }
        switch name {
        case "NOT": return .not(try searchKey(depth: depth + 1))
        case "OR":
            let first = try searchKey(depth: depth + 1)
            try space()
            return .or(first, try searchKey(depth: depth + 1))
        case "UID": return .uid(try sequenceSet())
        case "KEYWORD": return .keyword(try flagKeyword())
        case "UNKEYWORD": return .withoutKeyword(try flagKeyword())
        case "LARGER": return .larger(try number())
        case "SMALLER": return .smaller(try number())
        case "BEFORE": return .before(try date())
        case "ON": return .on(try date())
        case "SINCE": return .since(try date())
        case "SENTBEFORE": return .sentBefore(try date())
        case "SENTON": return .sentOn(try date())
        case "SENTSINCE": return .sentSince(try date())
        case "BODY": return .body(try astring())
        case "TEXT": return .text(try astring())
        case "HEADER":
            let field = try astring()
            try space()
            return .header(name: field, contains: try astring())
        default: return .header(name: Array(name.utf8), contains: try astring())  // BCC, CC, FROM, SUBJECT, TO
        }
    }

    private static let keysWithArgument: Set<String> = [
        "NOT", "OR", "UID", "KEYWORD", "UNKEYWORD", "LARGER", "SMALLER", "BEFORE", "ON", "SINCE", "SENTBEFORE", "SENTON", "SENTSINCE",
        "BODY",
        "TEXT", "HEADER", "BCC", "CC", "FROM", "SUBJECT", "TO",
    ]

    private static let textKeys: Set<String> = [
        "BODY", "TEXT", "HEADER", "BCC", "CC", "FROM", "SUBJECT", "TO", "SENTBEFORE", "SENTON", "SENTSINCE",
    ]

    private mutating func searchArgumentFollows(_ name: String) throws(SyntaxError) {
        guard Parser.keysWithArgument.contains(name) else { throw .expected("a search key") }
        try space()
    }
}
