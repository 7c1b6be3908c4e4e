/// A domain in an SPF record, in which macros may stand: RFC 7208 §7.
public struct SPFMacros: Sendable, Equatable {
    private enum Part: Sendable, Equatable {
        case literal(String)
        /// - Parameters:
        ///   - kept: how many of its parts at the right; nil: all.
        ///   - delimiters: what parts it; the parts are joined with dots.
        case macro(Character, kept: Int?, isReversed: Bool, delimiters: String, isEscaped: Bool)
    }

    private var parts: [Part] = []
    /// As it was written.
    public let text: String

    /// - Returns: nil for wrong syntax.
    public init?(_ text: some StringProtocol) {
        self.text = String(text)
        var rest = Substring(text)
        while let first = rest.popFirst() {
            guard first == "%" else {
                guard first.isASCII, let code = first.asciiValue, (0x21...0x7e).contains(code) else { return nil }
                parts.append(.literal(String(first)))
                continue
            }
            switch rest.popFirst() {
            case "%": parts.append(.literal("%"))
            case "_": parts.append(.literal(" "))
            case "-": parts.append(.literal("%20"))
            case "{":
                guard let end = rest.firstIndex(of: "}"), let macro = Self.macro(rest[..<end]) else { return nil }
                parts.append(macro)
                rest = rest[rest.index(after: end)...]
            default: return nil
            }
        }
    }

    private static func macro(_ text: Substring) -> Part? {
        // `c`, `r` and `t` stand in explanations only.
        guard let letter = text.first, "slodiphv".contains(letter.lowercased()) else { return nil }
        let digits = text.dropFirst().prefix { $0.isASCII && $0.isNumber }
        var rest = text.dropFirst(1 + digits.count)
        let isReversed = rest.first?.lowercased() == "r"
        if isReversed { rest = rest.dropFirst() }
        guard rest.allSatisfy({ ".-+,/_=".contains($0) }), digits.isEmpty || (Int(digits) ?? 0) > 0 else { return nil }
        return .macro(
            Character(letter.lowercased()), kept: Int(digits), isReversed: isReversed, delimiters: rest.isEmpty ? "." : String(rest),
            isEscaped: letter.isUppercase)
    }

    /// What macros stand for.
    struct Values: Sendable {
        var client: NetworkPrefix
        /// The sender's, and the domain whose record is read.
        var localPart: String, senderDomain: String, domain: String
        /// What the client calls itself.
        var greeting: String
    }

    /// The domain. One that is too long loses labels at the left (RFC 7208 §7.3).
    func expanded(_ values: Values) -> String {
        let whole = parts.map { part in
            switch part {
            case .literal(let text): return text
            case .macro(let letter, let kept, let isReversed, let delimiters, let isEscaped):
                var pieces = Self.value(of: letter, values).split(omittingEmptySubsequences: false) { delimiters.contains($0) }
                if isReversed { pieces.reverse() }
                let text = pieces.suffix(kept ?? pieces.count).joined(separator: ".")
                return isEscaped ? Self.escaped(text) : text
            }
        }.joined()
        var rest = whole[...]
        while rest.utf8.count > 253, let dot = rest.firstIndex(of: ".") { rest = rest[rest.index(after: dot)...] }
        return rest.last == "." ? String(rest.dropLast()) : String(rest)
    }

    private static func value(of letter: Character, _ values: Values) -> String {
        switch letter {
        case "s": "\(values.localPart)@\(values.senderDomain)"
        case "l": values.localPart
        case "o": values.senderDomain
        case "d": values.domain
        case "i": values.client.dotted
        case "h": values.greeting
        case "v": values.client.isIPv4 ? "in-addr" : "ip6"
        default: "unknown"  // `p` costs look-ups, and nobody is to use it (RFC 7208 §7.2)
        }
    }

    /// RFC 3986 §2.1, of all but unreserved characters.
    private static func escaped(_ text: String) -> String {
        text.utf8.map { octet in
            let character = Character(UnicodeScalar(octet))
            if octet < 0x80, character.isLetter || character.isNumber || "-._~".contains(character) { return String(character) }
            return "%" + (octet < 16 ? "0" : "") + String(octet, radix: 16, uppercase: true)
        }.joined()
    }
}
