/// A certificate that the gateway shows, to clients that ask for one of its names.
public struct ServerCertificate: Codable, Sendable, Hashable {
    /// In lower case; a first label may be `*`.
    public var hostNames: [String]
    /// PEM: the certificate, then those that lead to an authority.
    public var chain: String
    /// PEM, unencrypted.
    public var key: String

    public init(hostNames: [String], chain: String, key: String) { (self.hostNames, self.chain, self.key) = (hostNames, chain, key) }
}
