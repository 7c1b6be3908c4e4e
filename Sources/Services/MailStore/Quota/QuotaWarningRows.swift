import Postgres

/// A level and resource that may call for a warning, as its rows say: usage, limit and what was told before.
struct QuotaWarningRow: Sendable {
    let scope: QuotaScope
    let subject: Int64
    let name: String
    let domains: [String]
    let reading: QuotaThresholds.Reading
    let told: Int
    let armed: Int64
    /// Of what was told last.
    let state: QuotaWarning.Outcome

    var key: QuotaWarnings.Key { QuotaWarnings.Key(scope: scope, subject: subject, resource: reading.resource) }

    init(_ row: PostgresRow) throws(PostgresError) {
        scope = QuotaScope(rawValue: try row.text(0)) ?? .tenant
        subject = try row.int8(1)
        name = try row.text(2)
        domains = try row.textArray(3)
        reading = QuotaThresholds.Reading(
            resource: QuotaResource(rawValue: try row.text(4)) ?? .bytes, used: try row.int8(5), limit: try row.optionalInt8(6))
        told = Int(try row.int8(7))
        armed = try row.int8(8)
        state = QuotaWarning.Outcome(rawValue: try row.text(9)) ?? .mailed
    }

    /// The rows of these users (nil: of all), and of all domains and the tenant, that a decision may be due for.
    static func statement(tenant: Int64, users: [Int64]?, lowest: Int) -> PostgresStatement {
        PostgresStatement(
            """
            WITH levels AS (
                SELECT 'user' AS level, u.user_id AS subject_id, u.local_part || '@' || d.name AS name, ARRAY[d.name] AS domains,
                    \(QuotaSQL.user) AS quota_bytes, u.quota_messages, f.bytes, f.messages
                FROM users u JOIN domains d USING (tenant_id, domain_id) LEFT JOIN user_usage f USING (tenant_id, user_id),
                    tenant_limits($1) AS effective
                WHERE u.tenant_id = $1 AND u.deleted_at IS NULL AND ($2::bigint[] IS NULL OR u.user_id = ANY ($2::bigint[]))
                UNION ALL
                SELECT 'domain', d.domain_id, d.name, ARRAY[d.name], d.quota_bytes, d.quota_messages, f.bytes, f.messages
                FROM domains d LEFT JOIN domain_usage f USING (tenant_id, domain_id) WHERE d.tenant_id = $1
                UNION ALL
                SELECT 'tenant', t.tenant_id, t.name,
                    ARRAY(SELECT d.name FROM domains d WHERE d.tenant_id = $1 ORDER BY d.domain_id LIMIT 100),
                    \(QuotaSQL.tenant), t.quota_messages, f.bytes, f.messages
                FROM tenants t LEFT JOIN tenant_usage f USING (tenant_id), tenant_limits($1) AS effective WHERE t.tenant_id = $1)
            SELECT l.level, l.subject_id, l.name, l.domains, r.resource, coalesce(r.used, 0), r.quota,
                coalesce(w.percent, 0)::bigint, coalesce(w.armed, 0), coalesce(w.state, '')
            FROM levels l
                CROSS JOIN LATERAL (VALUES ('bytes', l.bytes, l.quota_bytes), ('messages', l.messages, l.quota_messages))
                    AS r (resource, used, quota)
                LEFT JOIN quota_warnings w ON w.tenant_id = $1 AND w.level = l.level AND w.subject_id = l.subject_id
                    AND w.resource = r.resource
            WHERE w.percent > 0 OR (r.quota > 0 AND coalesce(r.used, 0)::numeric * 100 >= r.quota::numeric * $3::bigint)
            """, [.int8(tenant), users.map(PostgresValue.int8Array) ?? .null, .int8(Int64(lowest))])
    }

    func statement(tenant: Int64, percent: Int, armed: Int64, _ state: QuotaWarning.Outcome) -> PostgresStatement {
        PostgresStatement(
            """
            INSERT INTO quota_warnings (tenant_id, level, subject_id, resource, percent, armed, state)
            VALUES ($1, $2, $3, $4, $5::bigint, $6, $7)
            ON CONFLICT (tenant_id, level, subject_id, resource) DO UPDATE
                SET percent = excluded.percent, armed = excluded.armed, state = excluded.state, changed_at = now()
            """, [
                .int8(tenant), .text(scope.rawValue), .int8(subject), .text(reading.resource.rawValue), .int8(Int64(percent)),
                .int8(armed), .text(state.rawValue),
            ])
    }

    /// Forgets what users and domains were told that are no more.
    static func forgetting(tenant: Int64) -> PostgresStatement {
        PostgresStatement(
            """
            DELETE FROM quota_warnings w WHERE w.tenant_id = $1 AND (
                w.level = 'user' AND NOT EXISTS (SELECT FROM users u WHERE u.tenant_id = $1 AND u.user_id = w.subject_id)
                OR w.level = 'domain' AND NOT EXISTS (SELECT FROM domains d WHERE d.tenant_id = $1 AND d.domain_id = w.subject_id))
            """, [.int8(tenant)])
    }
}
