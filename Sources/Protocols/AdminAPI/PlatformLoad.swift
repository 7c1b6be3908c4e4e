import Quantities

/// The answer to `GET /load`: what the platform does. Counters are since its start; two readings make rates.
public struct PlatformLoad: Codable, Sendable, Hashable {
    public struct Mail: Codable, Sendable, Hashable {
        /// By recipient.
        public var delivered: Int64, refused: Int64, deferred: Int64
        /// Messages that users handed in.
        public var submitted: Int64
        public init(delivered: Int64, refused: Int64, deferred: Int64, submitted: Int64) {
            (self.delivered, self.refused, self.deferred, self.submitted) = (delivered, refused, deferred, submitted)
        }
    }

    /// Open now.
    public struct Sessions: Codable, Sendable, Hashable {
        public var imap: Int64, pop3: Int64, submission: Int64
        public init(imap: Int64, pop3: Int64, submission: Int64) { (self.imap, self.pop3, self.submission) = (imap, pop3, submission) }
        public var total: Int64 { imap + pop3 + submission }
    }

    public struct Queue: Codable, Sendable, Hashable {
        public var messages: Int64, held: Int64
        /// How long the oldest message waits that is not held.
        public var oldestSeconds: Int64
        public init(messages: Int64, held: Int64, oldestSeconds: Int64) {
            (self.messages, self.held, self.oldestSeconds) = (messages, held, oldestSeconds)
        }
    }

    /// The data directory's file system.
    public struct Disk: Codable, Sendable, Hashable {
        public var free: ByteCount, size: ByteCount
        public init(free: ByteCount, size: ByteCount) { (self.free, self.size) = (free, size) }
    }

    public struct TenantLoad: Codable, Sendable, Hashable {
        public var name: TenantName
        /// Its worker runs.
        public var isRunning: Bool
        public var sessions: Int64
        public var delivered: Int64, commands: Int64
        public var stored: ByteCount
        /// Of its worker.
        public var memory: ByteCount

        public init(
            name: TenantName, isRunning: Bool, sessions: Int64, delivered: Int64, commands: Int64, stored: ByteCount, memory: ByteCount
        ) {
            (self.name, self.isRunning, self.sessions, self.delivered) = (name, isRunning, sessions, delivered)
            (self.commands, self.stored, self.memory) = (commands, stored, memory)
        }
    }

    public var hostname: String
    public var at: Timestamp
    /// How long the platform runs, by a clock that only goes forward: what rates are reckoned with.
    public var milliseconds: Int64
    public var mail: Mail
    public var sessions: Sessions
    /// Of IMAP.
    public var commands: Int64
    public var loginsAccepted: Int64, loginsRefused: Int64
    /// Public connections that are open.
    public var connections: Int64
    /// nil while the database does not answer.
    public var queue: Queue?
    public var disk: Disk?
    /// Of all processes but the database's.
    public var memory: ByteCount
    /// Those whose worker ran since the start, and those that store most.
    public var tenants: [TenantLoad]

    public init(
        hostname: String, at: Timestamp, milliseconds: Int64, mail: Mail, sessions: Sessions, commands: Int64, loginsAccepted: Int64,
        loginsRefused: Int64, connections: Int64, queue: Queue?, disk: Disk?, memory: ByteCount, tenants: [TenantLoad]
    ) {
        (self.hostname, self.at, self.milliseconds, self.mail, self.sessions) = (hostname, at, milliseconds, mail, sessions)
        (self.commands, self.loginsAccepted, self.loginsRefused) = (commands, loginsAccepted, loginsRefused)
        (self.connections, self.queue, self.disk, self.memory, self.tenants) = (connections, queue, disk, memory, tenants)
    }
}
