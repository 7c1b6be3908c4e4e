/// One administrative call, as the audit log keeps it. Secrets are never in it.
public struct AuditEvent: Codable, Sendable, Hashable {
    /// How many a call lists at most.
    public static let maximum = 10_000

    /// From 1 on, without a gap in the log. In a list, the first of a call's two events is missing once there is the second. Those who
    /// administer a tenant see other numbers, in no order, which stand for these: they would tell how much is done elsewhere.
    public var sequence: Int64
    public var at: Timestamp
    /// Who called: an administrator, or a user of the machine.
    public var caller: String
    /// nil for who was not logged in yet.
    public var role: Role?
    /// From where: `local`, or a network address.
    public var origin: String
    /// Such as `user suspend`.
    public var command: String
    public var target: String
    /// The tenant concerned, as it was called then; nil for what concerns none.
    public var tenant: String?
    /// What is different since: `{"field": [before, after]}` in JSON; empty when nothing is.
    public var changes: String
    /// `done`, the kind of the refusal, `running`, `unknown` until the log is told more, or one of the sentences below.
    public var result: String
    /// The chain's link (see `AuditVerification`), in hexadecimal digits.
    public var seal: String
    /// The event that told that the call began; of calls that change something.
    public var begun: Int64?

    public static let running = "running", unknown = "unknown"
    /// The log could not be told in time that the call began.
    public static let refused = "refused: not begun"
    public static let interrupted = "interrupted: the control plane ended before the call's result was known"

    public init(
        sequence: Int64, at: Timestamp, caller: String, role: Role?, origin: String, command: String, target: String, tenant: String?,
        changes: String, result: String, seal: String, begun: Int64? = nil
    ) {
        (self.sequence, self.at, self.caller, self.role, self.origin) = (sequence, at, caller, role, origin)
        (self.command, self.target, self.tenant, self.changes) = (command, target, tenant, changes)
        (self.result, self.seal, self.begun) = (result, seal, begun)
    }
}

/// Whether the audit log is as it was written. Each event's seal is made with a key that the database does not hold, over the event and
/// the seal before it; the newest seal is kept beside the database too.
public struct AuditVerification: Codable, Sendable, Hashable {
    public var events: Int64
    /// What is wrong, in sentences; empty when nothing is.
    public var problems: [String]

    public init(events: Int64, problems: [String]) { (self.events, self.problems) = (events, problems) }
}
