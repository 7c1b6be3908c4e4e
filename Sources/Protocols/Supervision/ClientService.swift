/// The protocols that a client speaks after login, which the gateway relays to the tenant's worker.
public enum ClientService: String, Codable, Sendable, Equatable, CaseIterable {
    case imap, pop3, submission
}
