/// The TXT record by which the owner of a domain's zone shows that a claim is right.
public struct OwnershipRecord: Codable, Sendable, Hashable {
    /// Absolute, as in a zone file.
    public let name: String
    public let type: String
    /// In quotation marks, as in a zone file.
    public let value: String

    private static let label = "_casella-challenge."
    private static let prefix = "casella-domain-verification="

    /// - Throws: when the domain is too long to have such a record: a name has 253 octets.
    public init(of domain: DomainName, token: String) throws(AdminError) {
        guard domain.text.utf8.count + Self.label.utf8.count <= 253 else {
            throw AdminError(.invalid, "The domain \(domain) is too long to be proved: there is no room for \(Self.label) before it.")
        }
        (name, type, value) = ("\(Self.label)\(domain).", "TXT", "\"\(Self.prefix)\(token)\"")
    }

    /// What to ask the DNS for.
    public var question: String { String(name.dropLast()) }

    /// As a line of a zone file.
    public var line: String { "\(name) \(type) \(value)" }

    /// What is published at the name, held against the record.
    public enum Finding: Sendable, Hashable {
        case proved, absent
        /// Records, but not ours.
        case anotherToken, somethingElse(String)
    }

    /// - Parameter published: the texts of all TXT records of the name.
    public func finding(in published: [String]) -> Finding {
        let wanted = Self.bare(value)
        let texts = published.map(Self.bare)
        guard let first = texts.first else { return .absent }
        if texts.contains(wanted) { return .proved }
        return texts.contains { $0.hasPrefix(Self.prefix) } ? .anotherToken : .somethingElse(first)
    }

    /// What people enter in forms has quotation marks too many, spaces, and capitals.
    private static func bare(_ text: String) -> String {
        var rest = text[...]
        while let first = rest.first, first == " " || first == "\"" { rest.removeFirst() }
        while let last = rest.last, last == " " || last == "\"" { rest.removeLast() }
        return rest.lowercased()
    }
}

extension OwnershipRecord.Finding {
    /// A sentence; nil for a proof.
    public func explanation(at record: OwnershipRecord) -> String? {
        switch self {
        case .proved: nil
        case .absent: "There is no TXT record at \(record.name) yet."
        case .anotherToken: "The TXT record at \(record.name) holds another token."
        case .somethingElse(let text): "The TXT record at \(record.name) holds \(quoted(text)), which is no token."
        }
    }
}
