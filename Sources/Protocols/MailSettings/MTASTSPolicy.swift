/// Whether hosts that send mail to a domain shall insist on TLS with a certificate that they can check (RFC 8461 §3.2).
public enum MTASTSMode: String, Sendable, Codable, CaseIterable {
    /// They need not. Said, not left out: who keeps an earlier policy learns that it is over.
    case off = "none"
    /// They report what would have failed.
    case testing
    /// They send nothing to a host that does not show such a certificate.
    case enforce
}

/// What is fetched from `https://mta-sts.DOMAIN/.well-known/mta-sts.txt`.
public struct MTASTSPolicy: Sendable, Equatable {
    public let mode: MTASTSMode
    /// The only host that takes the domain's mail.
    public let mailHost: String

    public init(mode: MTASTSMode, mailHost: String) { (self.mode, self.mailHost) = (mode, mailHost) }

    /// Seconds that others keep it. One that is only tried, or revoked, is out of the way the next day.
    public var maximumAge: Int { mode == .enforce ? 14 * 86_400 : 86_400 }

    /// RFC 8461 §3.2.
    public var text: String { "version: STSv1\r\nmode: \(mode.rawValue)\r\nmx: \(mailHost)\r\nmax_age: \(maximumAge)\r\n" }
}
