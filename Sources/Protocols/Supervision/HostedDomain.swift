import MailSettings

/// A domain that this platform serves, and the tenant whose worker takes its mail.
public struct HostedDomain: Codable, Sendable, Equatable {
    /// In lower case, in its A-label form.
    public var name: String
    /// Its spelling in Unicode, in octets of UTF-8, for who has no library that tells; nil when it has none.
    public var unicodeName: [UInt8]?
    public var tenant: Int64
    /// False while the tenant is suspended: its mail is deferred (`450 4.2.1`), not lost.
    public var takesMail: Bool
    /// Why it takes none, for its senders.
    public var reason: String?
    /// The domain whose further name this is; nil for a domain's own.
    public var aliasOf: String?
    /// What other hosts are told of TLS (RFC 8461).
    public var policyMode: MTASTSMode

    public init(
        name: String, unicodeName: [UInt8]? = nil, tenant: Int64, takesMail: Bool, reason: String? = nil, aliasOf: String? = nil,
        policyMode: MTASTSMode = .off
    ) {
        self.name = name
        self.unicodeName = unicodeName
        self.tenant = tenant
        self.takesMail = takesMail
        self.reason = reason
        self.aliasOf = aliasOf
        self.policyMode = policyMode
    }
}
