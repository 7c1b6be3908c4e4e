import AdminAPI
import Postgres

extension Provisioning {
    func previewPlans(_ desired: DesiredPlans, _ undertaking: Undertaking) async throws -> ApplyPreview {
        try Self.requirePlatform(undertaking.caller)
        let (state, changes) = try await change { transaction in try await difference(desired, undertaking, in: transaction) }
        var impact = ApplyImpact()
        impact.overQuota = try await overQuota(after: changes)
        impact.sessionsEnded = try await sessionsEnded(after: changes)
        return ApplyPreview(
            tenant: nil, isNewTenant: false, changes: changes.map { StateChange($0) }, impact: impact, fingerprint: try state.fingerprint())
    }

    func applyPlans(_ desired: DesiredPlans, _ undertaking: Undertaking, fingerprint: String) async throws -> Applied {
        try Self.requirePlatform(undertaking.caller)
        let (changes, tenants, kept): ([PlanChange], [Int64], KeptApply?)
        do {
            (changes, tenants, kept) = try await change { transaction in
                _ = try await transaction.query("LOCK TABLE plans IN SHARE ROW EXCLUSIVE MODE")
                let (state, changes) = try await difference(desired, undertaking, in: transaction)
                guard try state.fingerprint() == fingerprint else {
                    throw AdminError(.conflict, "The plans moved since the difference was shown; look again.")
                }
                guard !changes.isEmpty else { return (changes, [], nil) }
                try await write(changes, in: transaction)
                let written = try WrittenApply(changes.map { StateChange($0) }, inverse: .plans(DesiredPlans(inverting: changes)))
                let tenants = try await transaction.query(
                    "SELECT tenant_id FROM tenants WHERE plan = ANY ($1)", [.textArray(changes.map(\.name.text))])
                return (
                    changes, try tenants.rows.map { try $0.int8(0) },
                    try await record(written, of: nil, undertaking, in: transaction)
                )
            }
        } catch {
            guard (error as? PostgresError)?.sqlState == .foreignKeyViolation else { throw error }
            throw AdminError(.conflict, "Tenants have a plan that would go.", hint: "Give them another one first: `plan assign`.")
        }
        let protocols = changes.contains { $0.before?.values[.protocols] != $0.after?.values[.protocols] }
        if !tenants.isEmpty { try await limitsChanged(of: tenants, protocols: protocols) }
        return Applied(number: kept?.number, tenant: nil, changes: changes.count, digest: kept?.digest, counts: kept?.counts)
    }

    private static func requirePlatform(_ caller: AdminCaller) throws(AdminError) {
        guard caller.part == nil else {
            throw AdminError(.forbidden, "Plans are set by those who run the platform.", hint: "You may apply users, aliases and groups.")
        }
    }

    private func difference(
        _ desired: DesiredPlans, _ undertaking: Undertaking, in transaction: PostgresTransaction
    ) async throws -> (PlanState, [PlanChange]) {
        let found = try await transaction.query("SELECT name, limits::text FROM plans")
        let state = PlanState(
            Dictionary(try found.rows.map { (try $0.name(0), try $0.limits(1)) }, uniquingKeysWith: { first, _ in first }))
        return (state, PlanState.changes(from: state, to: try state.reaching(desired, prune: undertaking.prune)))
    }

    private func write(_ changes: [PlanChange], in transaction: PostgresTransaction) async throws {
        let kept = changes.compactMap { change in change.after.map { (change.name.text, $0) } }
        _ = try await transaction.query(
            "DELETE FROM plans WHERE name = ANY ($1)", [.textArray(changes.filter { $0.after == nil }.map(\.name.text))])
        _ = try await transaction.query(
            """
            INSERT INTO plans (name, limits) SELECT name, limits::jsonb FROM unnest($1::text[], $2::text[]) AS g (name, limits)
            ON CONFLICT (name) DO UPDATE SET limits = excluded.limits
            """, [.textArray(kept.map(\.0)), .textArray(try kept.map { try $0.1.json })])
    }

    /// Sessions for which the plan of their user does not allow the service then. nil when the gateway does not tell.
    private func sessionsEnded(after changes: [PlanChange]) async throws -> Int? {
        let other = changes.filter { $0.before?.values[.protocols] != $0.after?.values[.protocols] }
        let kept = other.compactMap { change in change.after.map { (change.name.text, $0) } }
        let names = PostgresValue.textArray(kept.map(\.0))
        guard !kept.isEmpty, try await !database.query("SELECT 1 FROM tenants WHERE plan = ANY ($1) LIMIT 1", [names]).isEmpty else {
            return 0
        }
        guard let live = try? await liveSessions.all(tenant: nil, user: nil) else { return nil }
        let ending = try await database.query(
            """
            SELECT count(*) FROM unnest($1::text[], $2::text[]) AS g (name, limits) JOIN tenants t ON t.plan = g.name
            JOIN unnest($3::bigint[], $4::bigint[], $5::text[]) AS s (tenant_id, user_id, service) USING (tenant_id)
            JOIN users u USING (tenant_id, user_id)
            WHERE s.service <> ALL (limit_list(g.limits::jsonb || t.limits || u.limits, 'protocols'))
            """,
            [
                names, .textArray(try kept.map { try $0.1.json }), .int8Array(live.map(\.tenant)), .int8Array(live.map(\.user)),
                .textArray(live.map(\.service.rawValue)),
            ])
        return try ending.first.map { Int(try $0.int8(0)) }
    }

    /// Tenants, and then users, who would use more than what their plan says then, and do not yet.
    private func overQuota(after changes: [PlanChange]) async throws -> [String] {
        let kept = changes.compactMap { change in change.after.map { (change.name.text, $0) } }
        func limit(_ planned: String, _ name: LimitName) -> String { "limit_number(\(planned) || t.limits, '\(name.rawValue)')" }
        func ofTenant(_ planned: String) -> String { "effective_quota(t.quota_bytes, \(limit(planned, .storage)), NULL)" }
        func ofUser(_ planned: String) -> String {
            "effective_quota(u.quota_bytes, \(limit(planned, .userQuota)), \(limit(planned, .largestUserQuota)))"
        }
        func overflows(_ quota: (_ planned: String) -> String) -> String {
            "s.bytes > \(quota("g.limits::jsonb")) AND s.bytes <= coalesce(\(quota("t.planned")), s.bytes)"
        }
        let affected = "unnest($1::text[], $2::text[]) AS g (name, limits) JOIN tenants t ON t.plan = g.name"
        return try await database.query(
            """
            SELECT 1 AS level, t.name FROM \(affected) JOIN tenant_usage s USING (tenant_id) WHERE \(overflows(ofTenant))
            UNION ALL
            SELECT 2, u.local_part || '@' || d.name
            FROM \(affected) JOIN users u USING (tenant_id) JOIN domains d USING (tenant_id, domain_id)
                JOIN user_usage s USING (tenant_id, user_id)
            WHERE \(overflows(ofUser)) ORDER BY 1, 2
            """, [.textArray(kept.map(\.0)), .textArray(try kept.map { try $0.1.json })]
        ).rows.map { try $0.text(1) }
    }
}
