import AdminAPI
import Runtime

extension AccountRouter {
    /// Makes a change that the person has proved already, and records it as calls are: before it begins, and in the end what came of it,
    /// with the person as the caller.
    func recorded<Answer: Sendable>(
        _ call: any AnyCall, _ visit: Visit, _ trace: String, _ change: @EventLoopActor () async throws -> Answer
    ) async throws -> Answer {
        let pool = database, address = visit.standing.address, subject = AdminSubject.address(address)
        var event = AuditLog.Entry(
            caller: address.text, role: nil, origin: visit.request.client, command: call.command, target: address.text,
            tenant: visit.standing.tenant, result: "done", trace: trace)
        let before = try await subject.auditedState(pool, of: call)
        event.begun = await provisioning.audit.begin(event)
        guard event.begun != nil else { throw CallRecord.notWritten }
        do {
            let answer = try await change()
            // It is done; should the database fail now, the event tells less.
            let after = try? await subject.auditedState(pool, of: call)
            event.changes = (try? await AuditedChanges.between(before, after ?? before, told: nil, pool)) ?? ""
            await end(event)
            return answer
        } catch {
            event.result = ((error as? AdminError)?.code ?? .serverFault).rawValue
            await end(event)
            throw error
        }
    }

    private func end(_ event: AuditLog.Entry) async {
        provisioning.measuring.counters.adminCall(event.command, outcome: event.result)
        await provisioning.audit.append(event)
        provisioning.journal.info(
            "a change at the account pages",
            ["trace": event.trace, "caller": event.caller, "origin": event.origin, "command": event.command, "result": event.result])
    }
}
