/// A key that signs a domain's mail, without its private half, which is shown to nobody.
public struct DKIMKey: Codable, Sendable, Hashable {
    public enum State: String, Codable, Sendable, CaseIterable {
        /// Its record is to be published; it signs nothing yet.
        case waiting
        case active
        /// It signs nothing any more; mail that is on its way still needs its record.
        case retired
    }

    public var domain: DomainName
    public var selector: DKIMSelector
    /// `rsa-sha256` or `ed25519-sha256`.
    public var algorithm: String
    public var state: State
    public var record: DNSRecord
    public var createdAt: Timestamp
    /// Since when it is in this state.
    public var changedAt: Timestamp

    public init(
        domain: DomainName, selector: DKIMSelector, algorithm: String, state: State, record: DNSRecord, createdAt: Timestamp,
        changedAt: Timestamp
    ) {
        (self.domain, self.selector, self.algorithm, self.state) = (domain, selector, algorithm, state)
        (self.record, self.createdAt, self.changedAt) = (record, createdAt, changedAt)
    }
}

public struct NewDKIMKeys: Codable, Sendable, Hashable {
    /// What the selectors begin with; date and time if left out.
    public var selector: DKIMSelector?

    public init(selector: DKIMSelector? = nil) { self.selector = selector }
}

/// Names a key among those of its domain (RFC 6376 §3.1): one label of the DNS, in lower case.
public struct DKIMSelector: ValidatedText {
    public let text: String

    public init(_ text: String) throws(AdminError) {
        let lower = text.lowercased()
        let isRight =
            (1...63).contains(lower.utf8.count) && lower.first != "-" && lower.last != "-"
            && lower.utf8.allSatisfy { $0.isLowercaseLetterOrDigit || $0 == UInt8(ascii: "-") }
        guard isRight else {
            throw AdminError(.invalid, "\(quoted(text)) cannot be a selector.", hint: "Use letters, digits and hyphens, such as may2026.")
        }
        self.text = lower
    }
}
