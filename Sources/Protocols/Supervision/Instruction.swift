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
    /// To the gateway: the certificates to show from now on, the first to whoever asks for no name.
    case certificates([ServerCertificate])
    /// End every session of these services that the user has (the whole tenant when `user` is nil), and forget cached proofs of its
    /// logins.
    case endSessions(tenant: Int64, user: Int64?, services: [ClientService], reason: String)
    /// To the gateway: cut the one session of the user that has this number in what the gateway listed.
    case endSession(tenant: Int64, user: Int64, number: Int64)
    /// To a tenant worker: provisioning changed (users, aliases, quotas, domains); drop what is cached about it.
    case directoryChanged
    /// To a tenant worker: count again what every user has stored and set the usage counters right. Answered by
    /// `Report.taskDone` with the same `id`.
    case recountUsage(id: Int64)
    /// To a tenant worker: a user has moved from one domain to another; sum up what the domains and the tenant hold again. Answered by
    /// `Report.taskDone` with the same `id`.
    case alignUsage(id: Int64)
    /// To a tenant worker: remove what has been in mailboxes for trash and junk for longer than the plan says. Answered by
    /// `Report.taskDone` with the same `id`.
    case removeExpired(id: Int64)
    /// To a tenant worker: give disk space back that nobody needs any more, or find out how much there is; answered by
    /// `Report.compacted` with the same `id`.
    case compact(id: Int64, isTrial: Bool)
    /// To a tenant worker: copy what legal holds keep; answered by `Report.heldCopied` with the same `id`.
    case copyHeld(id: Int64, HeldCopy)
    /// To a tenant worker: commit the rows of messages that only the blob log holds yet, so that the tables tell what was received up
    /// to now. Answered by `Report.taskDone` with the same `id`.
    case commitRows(id: Int64)
    /// To a tenant worker: tell a user of a changed account, once however often this is asked. Answered by `Report.taskDone` with the same
    /// `id`.
    case giveNotice(id: Int64, AccountNotice)
    /// To the gateway: the answer to `Report.authenticate` with the same `id`.
    case authenticated(id: Int64, AuthenticationOutcome)
    /// To the relay: an operator's command on the queue. Answered by `Report.queueCommandDone` with the same `id`.
    case queueCommand(id: Int64, QueueCommand)
    /// To the gateway: who is logged in, of one tenant or one user if they are given? Answered by `Report.sessions` with the same `id`.
    case listSessions(id: Int64, tenant: Int64?, user: Int64?)
    /// Answer `Report.alive`. A process that does not, several times in a row, hangs, and is killed.
    case areYouAlive
    /// What have you counted? Answered by `Report.measurements` with the same `id`.
    case measure(id: Int64)
}
