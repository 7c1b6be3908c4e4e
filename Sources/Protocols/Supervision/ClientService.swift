/// What people log in to. All but the web are protocols that a client speaks after login, which the gateway relays to the tenant's worker.
/// The web is their account pages, where the control plane itself logs them in: no gateway and no worker ever does.
public enum ClientService: String, Codable, Sendable, Equatable, CaseIterable {
    case imap, pop3, submission, web

    /// Those that a worker serves.
    public static let ofWorkers: [ClientService] = [.imap, .pop3, .submission]
}

/// Some of the services, in one octet: the gateway keeps them for as long as a session lasts.
public struct ClientServices: OptionSet, Codable, Sendable, Hashable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public init(of services: [ClientService]) { rawValue = services.reduce(0) { $0 | $1.bit } }

    public static let all = ClientServices(of: ClientService.allCases)

    public func contains(_ service: ClientService) -> Bool { rawValue & service.bit != 0 }
}

extension ClientService {
    fileprivate var bit: UInt8 {
        switch self {
        case .imap: 1
        case .pop3: 2
        case .submission: 4
        case .web: 8
        }
    }
}
