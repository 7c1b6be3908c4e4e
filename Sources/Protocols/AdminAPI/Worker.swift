/// One process that the control plane supervises.
public struct Worker: Codable, Sendable, Hashable {
    public enum State: String, Codable, Sendable {
        case running
        /// A tenant's worker without work: it starts by itself when a connection comes.
        case idle
        /// It ended badly, and its restart is being delayed.
        case waiting
        case stopped
    }

    public var name: WorkerName
    public var state: State
    public var pid: Int32?
    public var startedAt: Timestamp?
    /// How often it ended badly since the platform started.
    public var crashes: Int
    /// How it last ended, such as `signal 9 (killed)`.
    public var lastExit: String?

    public init(name: WorkerName, state: State, pid: Int32?, startedAt: Timestamp?, crashes: Int, lastExit: String?) {
        (self.name, self.state, self.pid) = (name, state, pid)
        (self.startedAt, self.crashes, self.lastExit) = (startedAt, crashes, lastExit)
    }
}

/// `gateway`, `relay`, `database`, or `tenant:NAME`.
public enum WorkerName: ValidatedText {
    case gateway, relay, database, tenant(TenantName)

    public init(_ text: String) throws(AdminError) {
        switch text {
        case "gateway": self = .gateway
        case "relay": self = .relay
        case "database": self = .database
        default:
            guard text.hasPrefix("tenant:") else {
                throw AdminError(
                    .invalid, "There is no worker named \(quoted(text)).", hint: "Workers are gateway, relay, database and tenant:NAME.")
            }
            self = .tenant(try TenantName(String(text.dropFirst(7))))
        }
    }

    public var text: String {
        switch self {
        case .gateway: "gateway"
        case .relay: "relay"
        case .database: "database"
        case .tenant(let name): "tenant:\(name)"
        }
    }
}
