/// A service that mail programs can use here, and how.
public struct OfferedService: Sendable, Equatable {
    public enum Kind: String, Sendable { case imap, pop3, smtp }

    public let kind: Kind
    public let port: Int
    /// TLS from the first byte on (RFC 8314 §3); otherwise STARTTLS or STLS.
    public let isImplicitTLS: Bool

    public init(kind: Kind, port: Int, isImplicitTLS: Bool) { (self.kind, self.port, self.isImplicitTLS) = (kind, port, isImplicitTLS) }

    /// The better way of each comes first, and IMAP before POP3: programs take the first that they can.
    private static let known: [(name: String, kind: Kind, isImplicitTLS: Bool)] = [
        ("imaps", .imap, true), ("imap", .imap, false), ("pop3s", .pop3, true), ("pop3", .pop3, false),
        ("submissions", .smtp, true), ("submission", .smtp, false),
    ]

    /// - Parameter ports: by IANA's names of the services.
    public static func all(at ports: [String: Int]) -> [OfferedService] {
        known.compactMap { name, kind, isImplicitTLS in
            ports[name].map { OfferedService(kind: kind, port: $0, isImplicitTLS: isImplicitTLS) }
        }
    }
}
