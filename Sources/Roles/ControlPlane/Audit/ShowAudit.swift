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
        let page = try await database.query(
            """
            \(SealedEvent.selection) WHERE sequence < $1 AND ($2::text IS NULL OR tenant = $2) ORDER BY sequence DESC LIMIT $3
            """, [.int8(before), .optionalText(tenant?.text), .int8(count)])
        return try page.rows.map { try SealedEvent($0).shown }
    }

    /// `audit verify`.
    func verifyAudit(_ request: AdminRequest<Nothing>) async throws -> AuditVerification { try await audit.verify() }

    private func number(_ name: String, _ request: AdminRequest<Nothing>) throws(AdminError) -> Int64? {
        guard let text = request.query[name] else { return nil }
        guard let number = Int64(text), number > 0 else { throw AdminError(.invalid, "The parameter \(name) is no number above zero.") }
        return number
    }
}
