import AdminAPI
import Postgres
import Quantities

extension Provisioning {
    /// `usage`: by tenant and day; today's as of now.
    func listUsage(_ request: AdminRequest<Nothing>) async throws -> [UsageDay] {
        let tenant: TenantName? = try request.query.optional("tenant")
        let first: Day? = try request.query.optional("from"), last: Day? = try request.query.optional("to")
        try await usage.record()
        let result = try await database.query(
            """
            SELECT tenant, day::text, domains, users, messages, bytes, peak_bytes FROM usage_by_day
            WHERE ($1::text IS NULL OR tenant = $1) AND ($2::text IS NULL OR day >= $2::date) AND ($3::text IS NULL OR day <= $3::date)
            ORDER BY tenant, day
            """, [.optionalText(tenant?.text), .optionalText(first?.text), .optionalText(last?.text)])
        return try result.rows.map { row in
            UsageDay(
                tenant: try row.name(0), day: try row.name(1), domains: try row.int8(2), users: try row.int8(3),
                messages: try row.int8(4), bytes: ByteCount(try row.int8(5)), peakBytes: ByteCount(try row.int8(6)))
        }
    }
}
