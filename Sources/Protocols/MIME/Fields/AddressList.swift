/// The address lists of From, To and their like: RFC 5322 §3.4 with the obsolete forms of §4.4, and RFC 6532.
/// Every text gives some list: what cannot be read is passed over up to the next comma.
public enum AddressList {
    /// How many addresses (and marks of groups) are read of one list.
    public static let limit = 10_000
    /// Stand where an address lacks a part, because IMAP gives nil there another meaning (the marks of a group).
    public static let missingMailbox = Array("MISSING_MAILBOX".utf8), missingHost = Array("MISSING_DOMAIN".utf8)

    /// Reads an unfolded value.
    public static func parse(_ value: [UInt8], limit: Int = limit) -> [EnvelopeAddress] {
        var parser = AddressParser(lexer: FieldLexer(value), limit: limit)
        return parser.list()
    }
}

private struct AddressParser {
    var lexer: FieldLexer
    let limit: Int
    private var list_: [EnvelopeAddress] = []
    private var isInGroup = false

    init(lexer: FieldLexer, limit: Int) {
        self.lexer = lexer
        self.limit = limit
    }

    mutating func list() -> [EnvelopeAddress] {
        while list_.count < limit {
            lexer.forgetComment()
            lexer.skipBlanks()
            guard let byte = lexer.next else { break }
            switch byte {
            case UInt8(ascii: ","): lexer.advance()
            case UInt8(ascii: ";"):
                lexer.advance()
                endGroup()
            default: item()
            }
        }
        endGroup()
        return list_
    }

    private mutating func endGroup() {
        if isInGroup { list_.append(.groupEnd) }
        isInGroup = false
    }

    /// One mailbox, or the start of a group.
    private mutating func item() {
        let words = words()
        lexer.skipBlanks()
        switch lexer.next {
        case UInt8(ascii: "<"):
            lexer.advance()
            angleAddress(name: words.phrase)
        case UInt8(ascii: "@"):
            lexer.advance()
            let host = domain()
            lexer.skipBlanks()
            append(name: lexer.lastComment, mailbox: words.localPart, host: host)
        case UInt8(ascii: ":"):
            lexer.advance()
            endGroup()
            list_.append(.groupStart(words.phrase ?? []))
            isInGroup = true
        case UInt8(ascii: ","), UInt8(ascii: ";"), nil:
            if let name = words.localPart { append(name: lexer.lastComment, mailbox: name, host: nil) }
        default: lexer.advance()  // a special that has no business here
        }
    }

    private mutating func append(name: [UInt8]?, route: [UInt8]? = nil, mailbox: [UInt8]?, host: [UInt8]?) {
        list_.append(
            EnvelopeAddress(
                name: name, route: route, mailbox: mailbox ?? AddressList.missingMailbox, host: host ?? AddressList.missingHost))
    }

    /// `[ route ":" ] local-part "@" domain ">"`, the opening bracket taken.
    private mutating func angleAddress(name: [UInt8]?) {
        let route = route()
        let words = words()
        lexer.skipBlanks()
        var host: [UInt8]?
        if lexer.take("@") { host = domain() }
        _ = lexer.run { $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: ",") }
        _ = lexer.take(">")
        // `<>` with or without a name is an address all the same: it is shown, not dropped.
        append(name: name, route: route, mailbox: words.localPart, host: host)
    }

    private mutating func route() -> [UInt8]? {
        lexer.skipBlanks()
        guard lexer.next == UInt8(ascii: "@") else { return nil }
        var route: [UInt8] = []
        while lexer.take("@") {
            if !route.isEmpty { route.append(UInt8(ascii: ",")) }
            route.append(UInt8(ascii: "@"))
            route += domain() ?? []
            lexer.skipBlanks()
            while lexer.take(",") { lexer.skipBlanks() }
        }
        _ = lexer.take(":")
        return route
    }

    /// Words, and dots between them, as a display name and as a local part.
    private struct Words {
        private(set) var phrase: [UInt8]?
        private(set) var localPart: [UInt8]?

        /// In place: a list of a million words would else be copied a million times.
        mutating func append(_ word: [UInt8], isApart: Bool) {
            if isApart, phrase?.isEmpty == false { phrase?.append(ASCII.space) }
            phrase = phrase ?? []
            phrase?.append(contentsOf: word)
            localPart = localPart ?? []
            localPart?.append(contentsOf: word)
        }
    }

    private mutating func words() -> Words {
        var words = Words()
        while true {
            let before = lexer.position
            lexer.skipBlanks()
            let isApart = lexer.position > before
            let word: [UInt8]
            if let quoted = lexer.quotedString() {
                word = quoted
            } else if let atom = lexer.atom() {
                word = atom
            } else if lexer.take(".") {
                word = [UInt8(ascii: ".")]  // obs-phrase: `John Q. Public`
            } else {
                return words
            }
            words.append(word, isApart: isApart)
        }
    }

    /// A dot-atom with blanks and comments around its dots (obs-domain), or a domain literal.
    private mutating func domain() -> [UInt8]? {
        lexer.skipBlanks()
        if lexer.next == UInt8(ascii: "[") {
            guard let literal = lexer.run(until: { $0 == UInt8(ascii: "]") }) else { return nil }
            _ = lexer.take("]")
            return literal.filter { !ASCII.isBlank($0) } + [UInt8(ascii: "]")]
        }
        var domain: [UInt8] = []
        while true {
            if let atom = lexer.atom() {
                domain += atom
            } else if lexer.take(".") {
                domain.append(UInt8(ascii: "."))
            } else {
                break
            }
            // Blanks may stand around a dot only; a comment behind the domain stays for the caller.
            var ahead = lexer
            ahead.skipBlanks()
            if ahead.next == UInt8(ascii: ".") || domain.last == UInt8(ascii: ".") { lexer = ahead }
        }
        return domain.isEmpty ? nil : domain
    }
}
