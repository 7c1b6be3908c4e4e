import AdminAPI
import Postgres

extension Provisioning {
    /// `audit list`: the newest first.
    func listAudit(_ request: AdminRequest<Nothing>) async throws -> [AuditEvent] {
        let tenant: TenantName? = try request.query.optional("tenant")
        let before = try number("before", request) ?? Int64.max
        let count = try number("count", request) ?? 100
        guard (1...Int64(AuditEvent.maximum)).contains(count) else {
            throw AdminError(.invalid, "The number of events is 1 to \(AuditEvent.maximum).")
        }
        let leftOut: [String]? = request.query["changes"] == "true" ? Calls.all.filter { $0.effect == .reads }.map(\.command) : nil
        // Of a call that ended, the event that told that it began is not shown. `LIMIT 1` has the index asked, event by event.
        let page = try await database.query(
            """
            \(SealedEvent.selection) e LEFT JOIN LATERAL (
                SELECT 1 AS ended FROM audit_log o WHERE e.result = '\(AuditLog.Entry.begins)' AND o.begun = e.sequence LIMIT 1) o ON true
            WHERE sequence < $1 AND ($2::text IS NULL OR tenant = $2) AND ended IS NULL
                AND ($4::text[] IS NULL OR NOT (command = ANY ($4) OR command LIKE '% --dry-run'))
            ORDER BY sequence DESC LIMIT $3
            """, [.int8(before), .optionalText(tenant?.text), .int8(count), leftOut.map { .textArray($0) } ?? .optionalText(nil)])
        return try page.rows.map { row in
            var event = try SealedEvent(row).shown(audit.running)
            // Why there is a hold is not for the tenant's administrators.
            if request.caller.part != nil, Self.tellsReason.contains(event.command) { event.changes = "" }
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
