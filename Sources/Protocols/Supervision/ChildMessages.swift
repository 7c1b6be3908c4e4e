/// What the control plane and the processes that it started say to each other: one JSON value a line, over the socket
/// pair that each child is born with as descriptor 3. There is no door in the file system to guard, and no secret in
/// argv or in the environment.
///
/// The first line that a child reads is its configuration (`GatewayConfiguration`, `TenantConfiguration` or
/// `RelayConfiguration`); from then on the control plane sends `Instruction`s and the child sends `Report`s.
public enum Instruction: Codable, Sendable, Equatable {
    /// Finish what is in hand, answer no new work, exit with status 0.
    case stop
    /// The whole table of domains: sent once after the start, and whenever it changed.
    case domains([HostedDomain])
    /// End every session of the user (of the whole tenant when `user` is nil), and forget cached proofs of its logins.
    case endSessions(tenant: Int64, user: Int64?, reason: String)
    /// To a tenant worker: provisioning changed (users, aliases, quotas, domains); drop what is cached about it.
    case directoryChanged
    /// To the gateway: the answer to `Report.authenticate` with the same `id`.
    case authenticated(id: Int64, AuthenticationOutcome)
    /// To the relay: an operator's command on the queue. Answered by `Report.queueCommandDone` with the same `id`.
    case queueCommand(id: Int64, QueueCommand)
}

/// What a child tells the control plane.
public enum Report: Codable, Sendable, Equatable {
    /// Configured, sandboxed, listening.
    case ready
    /// A tenant worker has nothing left to do and is about to exit with status 0.
    case idle
    /// From the gateway: is this login right? Answered by `Instruction.authenticated`.
    case authenticate(id: Int64, LoginAttempt)
    case queueCommandDone(id: Int64, affected: Int, problem: String?)
}

/// A login as a client presented it. `description` never shows the password.
public struct LoginAttempt: Codable, Sendable, Equatable, CustomStringConvertible {
    public var login: String
    public var password: String
    public var service: ClientService
    /// The client's address in text, for the log and for back-off.
    public var clientAddress: String

    public init(login: String, password: String, service: ClientService, clientAddress: String) {
        self.login = login
        self.password = password
        self.service = service
        self.clientAddress = clientAddress
    }

    public var description: String { "\(service) login of \(login) from \(clientAddress)" }
}

/// The protocols that a client speaks after login, which the gateway relays to the tenant's worker.
public enum ClientService: String, Codable, Sendable, Equatable, CaseIterable {
    case imap, pop3, submission
}

public enum AuthenticationOutcome: Codable, Sendable, Equatable {
    case accepted(AuthenticatedUser)
    /// Wrong password, unknown user, suspended user or tenant: one answer for all, in similar time.
    case refused
    /// The control plane could not decide (database away, queue of logins full); the client should try again.
    case unavailable
}

public struct AuthenticatedUser: Codable, Sendable, Equatable {
    public var tenant: Int64
    public var user: Int64
    /// The user's primary address.
    public var address: String

    public init(tenant: Int64, user: Int64, address: String) {
        self.tenant = tenant
        self.user = user
        self.address = address
    }
}

/// A domain that this platform serves, and the tenant whose worker takes its mail.
public struct HostedDomain: Codable, Sendable, Equatable {
    /// In lower case, in its A-label form.
    public var name: String
    public var tenant: Int64
    /// False while the tenant is suspended: its mail is deferred (`450 4.2.1`), not lost.
    public var takesMail: Bool

    public init(name: String, tenant: Int64, takesMail: Bool) {
        self.name = name
        self.tenant = tenant
        self.takesMail = takesMail
    }
}

/// What an operator may do to queued messages. `messages` are queue identifiers; empty means all.
public struct QueueCommand: Codable, Sendable, Equatable {
    public enum Verb: String, Codable, Sendable { case retry, hold, release, delete }
    public var verb: Verb
    public var messages: [Int64]

    public init(verb: Verb, messages: [Int64]) {
        self.verb = verb
        self.messages = messages
    }
}
