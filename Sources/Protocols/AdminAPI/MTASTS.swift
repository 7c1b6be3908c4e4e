import MailSettings

/// What `domain mta-sts` asks for.
public struct MTASTSChange: Codable, Sendable, Hashable {
    public var mode: MTASTSMode

    public init(mode: MTASTSMode) { self.mode = mode }
}

/// The policy that other hosts are told of a domain, and of its aliases.
public struct MTASTSSetting: Codable, Sendable, Hashable {
    public var domain: DomainName
    public var mode: MTASTSMode
    /// What the records at `_mta-sts` must hold; another one whenever the policy is another.
    public var id: String
    /// The policy itself, as it is served.
    public var policy: String
    /// What keeps others from fetching or keeping it, as sentences.
    public var warnings: [String]

    public init(domain: DomainName, mode: MTASTSMode, id: String, policy: String, warnings: [String]) {
        (self.domain, self.mode, self.id, self.policy, self.warnings) = (domain, mode, id, policy, warnings)
    }
}
