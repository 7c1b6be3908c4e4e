import Quantities

/// The answer to `GET /status`: whether the platform runs, where it listens, and how much it holds.
public struct PlatformStatus: Codable, Sendable, Hashable {
    public struct Listener: Codable, Sendable, Hashable {
        /// `smtp`, `submission`, `submissions`, `imap`, `imaps`, `pop3`, `pop3s`, `admin`.
        public var service: String
        /// `127.0.0.1:10025`.
        public var address: String
        public init(service: String, address: String) { (self.service, self.address) = (service, address) }
    }

    public struct Database: Codable, Sendable, Hashable {
        /// False while it does not answer.
        public var available: Bool
        /// PostgreSQL's version, once known.
        public var version: String?
        /// Run by the control plane itself, under the data directory.
        public var embedded: Bool
        public init(available: Bool, version: String?, embedded: Bool) {
            (self.available, self.version, self.embedded) = (available, version, embedded)
        }
    }

    public struct Totals: Codable, Sendable, Hashable {
        public var tenants: Int64, domains: Int64, users: Int64, queued: Int64
        public var usage: Usage
        public init(tenants: Int64, domains: Int64, users: Int64, queued: Int64, usage: Usage) {
            (self.tenants, self.domains, self.users, self.queued, self.usage) = (tenants, domains, users, queued, usage)
        }
    }

    /// The platform's own name, as mail servers greet with it and as MX records point to it.
    public var hostname: String
    public var version: String
    public var dataDirectory: String
    public var startedAt: Timestamp
    public var listeners: [Listener]
    public var database: Database
    /// nil while the database does not answer.
    public var totals: Totals?
    public var workers: [Worker]
    /// What is not well, in sentences that say what to do; empty when all is.
    public var warnings: [String]

    public init(
        hostname: String, version: String, dataDirectory: String, startedAt: Timestamp, listeners: [Listener], database: Database,
        totals: Totals?, workers: [Worker], warnings: [String]
    ) {
        (self.hostname, self.version, self.dataDirectory, self.startedAt) = (hostname, version, dataDirectory, startedAt)
        (self.listeners, self.database, self.totals) = (listeners, database, totals)
        (self.workers, self.warnings) = (workers, warnings)
    }

    /// A few of the names, and how many more there are: as many as a platform has tenants would fill the screen.
    public static func few(_ names: [String]) -> String {
        names.count <= 4 ? names.joined(separator: ", ") : "\(names.prefix(3).joined(separator: ", ")) and \(names.count - 3) more"
    }
}
