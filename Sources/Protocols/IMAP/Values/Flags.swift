/// The flags that start with a backslash and may be stored (RFC 3501 §2.3.2). The raw values are the mail store's.
public struct SystemFlags: OptionSet, Sendable, Hashable {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }
    public static let answered = SystemFlags(rawValue: 1), flagged = SystemFlags(rawValue: 2), deleted = SystemFlags(rawValue: 4)
    public static let seen = SystemFlags(rawValue: 8), draft = SystemFlags(rawValue: 16)
    public static let all: SystemFlags = [.answered, .flagged, .deleted, .seen, .draft]

    static let names: [(flag: SystemFlags, name: StaticString)] = [
        (.answered, "\\Answered"), (.flagged, "\\Flagged"), (.deleted, "\\Deleted"), (.seen, "\\Seen"), (.draft, "\\Draft"),
    ]
    /// The same names, ready to be written.
    static let words: [(flag: SystemFlags, name: String)] = names.map { ($0.flag, "\($0.name)") }
}

/// A message's flags: system flags and keywords (RFC 3501 §2.3.2).
public struct Flags: Sendable, Equatable {
    public var system: SystemFlags
    /// In the spelling first used; compared without regard to case.
    public var keywords: [String]
    /// Octets of a keyword, and keywords in one command.
    public static let longestKeyword = 100, mostKeywords = 100

    public init(_ system: SystemFlags = [], keywords: [String] = []) {
        self.system = system
        self.keywords = keywords
    }
    public var isEmpty: Bool { system.isEmpty && keywords.isEmpty }
}

extension Parser {
    /// `flag-list`.
    mutating func flagList() throws(SyntaxError) -> Flags {
        var flags = Flags()
        try list(mayBeEmpty: true) { parser throws(SyntaxError) in try parser.flag(into: &flags) }
        return flags
    }

    /// `flag-list / (flag *(SP flag))`, as STORE takes them.
    mutating func flagsToStore() throws(SyntaxError) -> Flags {
        if next == UInt8(ascii: "(") { return try flagList() }
        var flags = Flags()
        try flag(into: &flags)
        while next == ByteClass.space, position + 1 < text.count, text[position + 1] != ByteClass.carriageReturn {
            try space()
            try flag(into: &flags)
        }
        return flags
    }

    /// `\Recent` is dropped: a client cannot set it (RFC 3501 §2.3.2).
    private mutating func flag(into flags: inout Flags) throws(SyntaxError) {
        guard take(ByteClass.backslash) else {
            let keyword = try flagKeyword()
            if !flags.keywords.contains(where: { $0.lowercased() == keyword.lowercased() }) { flags.keywords.append(keyword) }
            guard flags.keywords.count <= Flags.mostKeywords else { throw .tooComplex }
            return
        }
        let name = try atom()
        if let known = SystemFlags.names.first(where: { name.equalsIgnoringCase($0.name, droppingFirst: 1) }) {
            flags.system.insert(known.flag)
        } else if !name.equalsIgnoringCase("Recent") {
            throw .unknownFlag
        }
    }

    mutating func flagKeyword() throws(SyntaxError) -> String {
        let keyword = try atom()
        guard keyword.count <= Flags.longestKeyword else { throw .tooComplex }
        return String(decoding: keyword, as: UTF8.self)
    }
}

extension Collection<UInt8> {
    func equalsIgnoringCase(_ other: StaticString, droppingFirst dropped: Int) -> Bool {
        other.withUTF8Buffer { buffer in
            count == buffer.count - dropped
                && zip(self, buffer.dropFirst(dropped)).allSatisfy { ByteClass.upper($0) == ByteClass.upper($1) }
        }
    }
}
