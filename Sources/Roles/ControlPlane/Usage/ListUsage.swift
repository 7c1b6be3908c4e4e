import AdminAPI
import Postgres
import Quantities

extension Provisioning {
    /// `usage`: by tenant and day; today's as of now.
    func listUsage(_ request: AdminRequest<Nothing>) async throws -> [UsageDay] {
        let tenant: TenantName? = try request.query.optional("tenant")
        let first: Day? = try request.query.optional("from"), last: Day? = try request.query.optional("to")
        try await usage.record()
        var wanted: RowFilter = ["tenant": tenant?.text]
        wanted.require(first.map { .text($0.text) }) { "day >= \($0)::date" }
        wanted.require(last.map { .text($0.text) }) { "day <= \($0)::date" }
        let result = try await database.query(
            """
            SELECT tenant, day::text, domains, users, messages, bytes, peak_bytes, kept_bytes FROM usage_by_day
            WHERE \(wanted.sql) ORDER BY tenant, day
            """, wanted.parameters)
        return try result.rows.map { row in
            UsageDay(
                tenant: try row.name(0), day: try row.name(1), domains: try row.int8(2), users: try row.int8(3),
                messages: try row.int8(4), bytes: ByteCount(try row.int8(5)), peakBytes: ByteCount(try row.int8(6)),
                keptBytes: ByteCount(try row.int8(7)))
        }
    }
}
