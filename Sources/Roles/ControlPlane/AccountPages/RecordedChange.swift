import AdminAPI
import Runtime

extension AccountRouter {
    /// Makes a change, and records it as those calls are that prove in themselves who makes them: with the person as the caller, and only
    /// if it was made.
    func recorded<Answer: Sendable>(
        _ command: String, _ visit: Visit, _ trace: String, _ change: @EventLoopActor () async throws -> Answer
    ) async throws -> Answer {
        let pool = provisioning.database.pool, subject = AdminSubject.address(visit.standing.address)
        let before = try await subject.auditedState(pool)
        let answer = try await change()
        // It is done; should the database fail now, the event tells less.
        let after = try? await subject.auditedState(pool)
        let changes = try? await AuditedChanges.between(before, after ?? before, pool)
        await record(command, visit, trace, changes: changes ?? "")
        return answer
    }

    /// - Parameter changes: as `AuditEvent.changes`.
    func record(_ command: String, _ visit: Visit, _ trace: String, changes: String) async {
        let address = visit.standing.address.text
        var event = AuditLog.Entry(
            caller: address, role: nil, origin: visit.request.client, command: command, target: address, tenant: visit.standing.tenant,
            result: "done", trace: trace)
        event.changes = changes
        provisioning.measuring.counters.adminCall(command, outcome: event.result)
        await provisioning.audit.append(event)
        provisioning.journal.info(
            "a change at the account pages",
            ["trace": trace, "caller": address, "origin": visit.request.client, "command": command, "result": event.result])
    }
}
