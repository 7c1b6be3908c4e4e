/// What a domain says of hosts that send mail in its name: RFC 7208 §4.6, §5, §6.
public struct SPFRecord: Sendable, Equatable {
    public enum Qualifier: Character, Sendable { case pass = "+", fail = "-", softFail = "~", neutral = "?" }

    public enum Mechanism: Sendable, Equatable {
        case all
        case include(SPFMacros)
        /// nil: the domain itself. Lengths of prefixes, in bits.
        case address(SPFMacros?, four: Int, six: Int)
        case exchange(SPFMacros?, four: Int, six: Int)
        case pointer(SPFMacros?)
        case network(NetworkPrefix)
        case exists(SPFMacros)
    }

    public struct Directive: Sendable, Equatable {
        public let qualifier: Qualifier, mechanism: Mechanism
        /// As it was written.
        public let text: String
    }

    public private(set) var directives: [Directive] = []
    public private(set) var redirect: SPFMacros?

    /// Whether a TXT record is one of these at all (RFC 7208 §4.5).
    public static func isOne(_ text: String) -> Bool {
        let text = text.lowercased()
        return text == "v=spf1" || text.hasPrefix("v=spf1 ")
    }

    /// - Throws: `SPFSyntaxError`: then the whole record is in error (RFC 7208 §4.6).
    public init(_ text: String) throws(SPFSyntaxError) {
        var modifiers: Set<String> = []
        for term in text.split(separator: " ").dropFirst() {
            let name = term.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
            guard let first = name.first, first.isLetter, term.dropFirst(name.count).first == "=" else {
                directives.append(try Self.directive(term))
                continue
            }
            let kind = name.lowercased(), value = term.dropFirst(name.count + 1)
            // Others are passed over (RFC 7208 §6).
            guard ["redirect", "exp"].contains(kind) else { continue }
            guard modifiers.insert(kind).inserted else { throw SPFSyntaxError(term: String(term)) }
            let domain = try Self.domain(value, in: term)
            if kind == "redirect" { redirect = domain }
        }
    }

    private static func directive(_ term: Substring) throws(SPFSyntaxError) -> Directive {
        var rest = term
        let qualifier = rest.first.flatMap(Qualifier.init(rawValue:))
        if qualifier != nil { rest = rest.dropFirst() }
        let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber) }
        rest = rest.dropFirst(name.count)
        return Directive(qualifier: qualifier ?? .pass, mechanism: try mechanism(name.lowercased(), rest, in: term), text: String(term))
    }

    private static func mechanism(_ name: String, _ rest: Substring, in term: Substring) throws(SPFSyntaxError) -> Mechanism {
        let wrong = SPFSyntaxError(term: String(term))
        let argument = rest.first == ":" ? rest.dropFirst() : nil
        switch name {
        case "all":
            guard rest.isEmpty else { throw wrong }
            return .all
        case "include", "exists":
            guard let argument else { throw wrong }
            let domain = try domain(argument, in: term)
            return name == "include" ? .include(domain) : .exists(domain)
        case "ptr":
            guard argument != nil || rest.isEmpty else { throw wrong }
            if let argument { return .pointer(try domain(argument, in: term)) }
            return .pointer(nil)
        case "a", "mx":
            var left = rest
            let six = try length(behind: "//", atMost: 128, of: &left, wrong), four = try length(behind: "/", atMost: 32, of: &left, wrong)
            guard left.isEmpty || left.first == ":" else { throw wrong }
            let target: SPFMacros? = left.isEmpty ? nil : try domain(left.dropFirst(), in: term)
            return name == "a" ? .address(target, four: four, six: six) : .exchange(target, four: four, six: six)
        case "ip4", "ip6":
            guard var left = argument else { throw wrong }
            let bits = try length(behind: "/", atMost: name == "ip4" ? 32 : 128, of: &left, wrong)
            guard let network = NetworkPrefix(left, length: bits), network.isIPv4 == (name == "ip4") else { throw wrong }
            return .network(network)
        default: throw wrong
        }
    }

    /// Takes the length of a prefix off the end; what has none ends with a whole address.
    private static func length(
        behind mark: String, atMost most: Int, of text: inout Substring, _ wrong: SPFSyntaxError
    ) throws(SPFSyntaxError) -> Int {
        let digits = text.reversed().prefix { $0.isASCII && $0.isNumber }.count
        let before = text.dropLast(digits)
        // A slash within a macro's braces ends with none of these digits.
        guard before.hasSuffix(mark), mark == "//" || !before.hasSuffix("//") else {
            if before.hasSuffix("/"), mark == "/" { throw wrong }
            return most
        }
        let written = text.suffix(digits)
        guard let length = Int(written), length <= most, String(length) == written else { throw wrong }
        text = before.dropLast(mark.count)
        return length
    }

    private static func domain(_ text: Substring, in term: Substring) throws(SPFSyntaxError) -> SPFMacros {
        guard let domain = SPFMacros(text), !text.isEmpty else { throw SPFSyntaxError(term: String(term)) }
        return domain
    }
}

/// A term that no receiver understands.
public struct SPFSyntaxError: Error, Sendable, Equatable {
    public let term: String
}
