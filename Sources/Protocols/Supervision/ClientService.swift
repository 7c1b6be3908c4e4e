/// What people log in to. All but the web are protocols that a client speaks after login, which the gateway relays to the tenant's worker.
/// The web is their account pages, where the control plane itself logs them in: no gateway and no worker ever does.
public enum ClientService: String, Codable, Sendable, Equatable, CaseIterable {
    case imap, pop3, submission, web

    /// Those that a worker serves.
    public static let ofWorkers: [ClientService] = [.imap, .pop3, .submission]
}
