import AdminAPI
import Postgres

extension Provisioning {
    /// `audit list`: the newest first.
    func listAudit(_ request: AdminRequest<Nothing>) async throws -> [AuditEvent] {
        let tenant: TenantName? = try request.query.optional("tenant")
        let cipher = try cipher(.audit, for: request.caller)
        let before = try number("before", request, through: cipher) ?? Int64.max
        let count = try number("count", request) ?? 100
        guard (1...Int64(AuditEvent.maximum)).contains(count) else {
            throw AdminError(.invalid, "The number of events is 1 to \(AuditEvent.maximum).")
        }
        let leftOut: [String]? = request.query["changes"] == "true" ? Calls.all.filter { $0.effect == .reads }.map(\.command) : nil
        var wanted: RowFilter = ["tenant": tenant?.text]
        wanted.require(.int8(before)) { "sequence < \($0)" }
        wanted.require(leftOut.map { .textArray($0) }) { "NOT (command = ANY (\($0)) OR command LIKE '% --dry-run')" }
        let limit = wanted.parameter(.int8(count))
        // Of a call that ended, the event that told that it began is not shown. `LIMIT 1` has the index asked, event by event.
        let page = try await database.query(
            """
            \(SealedEvent.selection) e LEFT JOIN LATERAL (
                SELECT 1 AS ended FROM audit_log o WHERE e.result = '\(AuditLog.Entry.begins)' AND o.begun = e.sequence LIMIT 1) o ON true
            WHERE \(wanted.sql) AND ended IS NULL ORDER BY sequence DESC LIMIT \(limit)
            """, wanted.parameters)
        return try page.rows.map { row in
            var event = try SealedEvent(row).shown(audit.running)
            // Why there is a hold is not for the tenant's administrators.
            if request.caller.part != nil, Self.tellsReason.contains(event.command) { event.changes = "" }
            if let cipher { (event.sequence, event.begun) = (cipher.shown(event.sequence), event.begun.map(cipher.shown)) }
            return event
        }
    }

    private static let tellsReason = [Calls.setHold.command, Calls.releaseHold.command]

    /// `audit verify`.
    func verifyAudit(_ request: AdminRequest<Nothing>) async throws -> AuditVerification { try await audit.verify() }

    func number(_ name: String, _ request: AdminRequest<Nothing>) throws(AdminError) -> Int64? {
        guard let text = request.query[name] else { return nil }
        guard let number = Int64(text), number > 0 else { throw AdminError(.invalid, "The parameter \(name) is no number above zero.") }
        return number
    }
}
