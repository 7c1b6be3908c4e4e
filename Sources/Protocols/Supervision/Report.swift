/// What a child tells the control plane.
public enum Report: Codable, Sendable, Equatable {
    /// Configured, sandboxed, listening.
    case ready
    /// A tenant worker has nothing left to do and is about to exit with status 0.
    case idle
    /// From the gateway: is this login right? Answered by `Instruction.authenticated`.
    case authenticate(id: Int64, LoginAttempt)
    /// From the gateway: logins that it let in since the last such report without asking, since it had asked shortly before.
    case loggedInAgain([LoginTally])
    case queueCommandDone(id: Int64, affected: Int, problem: String?)
    /// From the gateway: the answer to `Instruction.listSessions`, at most `LiveSession.listLimit` of them.
    case sessions(id: Int64, [LiveSession])
    /// The answer to `Instruction.areYouAlive`.
    case alive
    /// From a tenant worker: what `Instruction.recountUsage`, `.alignUsage`, `.removeExpired`, `.commitRows` or `.giveNotice` asked for is
    /// done, or why it could not be.
    case taskDone(id: Int64, problem: String?)
    /// From a tenant worker: what became of `Instruction.copyHeld`.
    case heldCopied(id: Int64, HeldCopyOutcome)
    /// From a tenant worker: what became of `Instruction.compact`.
    case compacted(id: Int64, CompactionAnswer)
    /// The answer to `Instruction.measure`; with the id 0 a process's last word before it ends.
    case measurements(id: Int64, Measurements)
}
