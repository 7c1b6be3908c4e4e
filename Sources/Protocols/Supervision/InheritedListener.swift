/// A listening socket that the control plane made and the child inherits.
public struct InheritedListener: Codable, Sendable, Equatable {
    public enum Service: String, Codable, Sendable, CaseIterable {
        /// The gateway's public doors.
        case smtp, submission, submissions, imap, imaps, pop3, pop3s
        /// Another one of the gateway's: the admin interface over TLS.
        case admin
        /// Another one: what mail programs and other hosts ask for over HTTPS.
        case https
        /// A tenant worker's inner doors: LMTP in plain (RFC 2033), and client sessions behind a PROXY v2 header.
        case lmtp, session
        /// The relay's inner door: SMTP with deliveries from workers and the gateway.
        case relay
    }
    public var service: Service
    public var descriptor: Int32

    public init(service: Service, descriptor: Int32) {
        self.service = service
        self.descriptor = descriptor
    }
}
