/// What a tenant's worker counts. All but `sessions` and `connections`, which are of now, is since its start.
public struct WorkerFigures: Codable, Sendable, Equatable {
    /// Messages by recipient and what became of them.
    public var deliveriesStored: Int64 = 0, deliveriesRefused: Int64 = 0, deliveriesDeferred: Int64 = 0
    /// Questions for room that a quota answered with no, whoever asked: deliveries and sessions.
    public var quotaRefusals: Int64 = 0
    /// Messages that users handed in, and those of them that were not taken.
    public var submissionsTaken: Int64 = 0, submissionsRefused: Int64 = 0
    /// Open now, by the names of `ClientService`.
    public var sessions: [String: Int64] = [:]
    /// Since the start, by the names of `ClientService`.
    public var sessionsOpened: [String: Int64] = [:]
    /// By the command's name, UID forms with the others.
    public var imapCommands: [String: Int64] = [:]
    /// Of sessions.
    public var octetsReceived: Int64 = 0, octetsSent: Int64 = 0
    /// Groups of messages that became durable with one write and one flush: how many, messages in them, microseconds that they took.
    public var flushes: Int64 = 0, messagesFlushed: Int64 = 0, flushMicroseconds: Int64 = 0

    public init() {}

    public var sessionCount: Int64 { sessions.values.reduce(0, +) }
    public var commandCount: Int64 { imapCommands.values.reduce(0, +) }

    /// Takes over what an earlier worker of the tenant, or another's, counted.
    public mutating func add(_ other: WorkerFigures) {
        deliveriesStored &+= other.deliveriesStored
        deliveriesRefused &+= other.deliveriesRefused
        deliveriesDeferred &+= other.deliveriesDeferred
        quotaRefusals &+= other.quotaRefusals
        submissionsTaken &+= other.submissionsTaken
        submissionsRefused &+= other.submissionsRefused
        sessions.merge(other.sessions, uniquingKeysWith: &+)
        sessionsOpened.merge(other.sessionsOpened, uniquingKeysWith: &+)
        imapCommands.merge(other.imapCommands, uniquingKeysWith: &+)
        octetsReceived &+= other.octetsReceived
        octetsSent &+= other.octetsSent
        flushes &+= other.flushes
        messagesFlushed &+= other.messagesFlushed
        flushMicroseconds &+= other.flushMicroseconds
    }

    /// What is left of it when its worker has ended: sums, and nothing of now.
    public var ended: WorkerFigures {
        var rest = self
        rest.sessions = [:]
        return rest
    }
}
