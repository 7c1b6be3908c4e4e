import AdminAPI
import FoundationEssentials
import Postgres

extension Provisioning {
    /// Makes the changes in their order, with a few statements however many they are.
    /// - Parameters:
    ///   - prepared: of a tenant that is locked.
    ///   - keys: for the domains that get some.
    func write(
        _ prepared: PreparedTenant, _ keys: [DomainName: NewSigningKeys], by administrator: String, in transaction: PostgresTransaction
    ) async throws {
        let tenant = prepared.reading.id
        switch prepared.fate {
        case .comesBack: return  // as it was, by its own row
        case .goes:
            // All that is in it goes with it, and stays as it is for as long as the tenant is kept.
            let period = prepared.keeping.period ?? .unlimited
            _ = try await keep(tenant, called: prepared.name, DeletionWish(caller: administrator), period, in: transaction)
            return
        case .stays, .made: break
        }
        let changes = SortedChanges(prepared.changes)
        try await remove(changes, of: prepared, by: administrator, in: transaction)
        try await bringBack(prepared.keeping, of: tenant, in: transaction)
        let sorted = changes.without(prepared.keeping)
        if let settings = sorted.settings { try await set(settings, of: tenant, in: transaction) }
        try await write(sorted.domains, of: tenant, by: administrator, in: transaction)
        try await write(keys, for: sorted.domains, of: tenant, undoing: prepared.undoes, in: transaction)
        if !sorted.newDomainAliases.isEmpty {
            let made = try await transaction.query(
                """
                INSERT INTO domain_aliases (tenant_id, domain_id, name)
                SELECT d.tenant_id, d.domain_id, g.name FROM unnest($2::text[], $3::text[]) AS g (name, domain)
                JOIN domains d ON d.tenant_id = $1 AND d.name = g.domain
                """,
                [
                    .int8(tenant), .textArray(sorted.newDomainAliases.map(\.name.text)),
                    .textArray(sorted.newDomainAliases.map(\.domain.text)),
                ])
            try Self.expect(made.affected, sorted.newDomainAliases.count)
        }
        if let undone = prepared.undoes { try await forgetTaken(by: undone, sorted, of: tenant, in: transaction) }
        try await write(sorted.users, of: tenant, in: transaction)
        try await write(sorted.aliases, of: tenant, in: transaction)
        try await write(sorted.groups, of: tenant, in: transaction)
    }

    static func expect(_ affected: Int, _ expected: Int) throws(AdminError) {
        guard affected == expected else { throw moved }
    }

    private func set(_ settings: TenantSettings, of tenant: Int64, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.query(
            """
            UPDATE tenants SET plan = $2, quota_bytes = $3, quota_messages = $4, limits = $5::text::jsonb, suspended = $6,
                suspension_reason = $7
            WHERE tenant_id = $1
            """,
            [
                .int8(tenant), .text(settings.plan.text), .optionalInt8(settings.quota.bytes.stored(at: .tenant)),
                .optionalInt8(settings.quota.messages.limit), .text(try settings.limits.json),
                .textArray(settings.suspension.what.map(\.rawValue)), .optionalText(settings.suspension.reason?.text),
            ])
    }

    /// Whoever makes a domain vouches for it; what is vouched for need not be proved any more.
    private func write(
        _ domains: SortedChanges.Domains, of tenant: Int64, by administrator: String, in transaction: PostgresTransaction
    ) async throws {
        func parameters(_ domains: [(name: DomainName, settings: DomainSettings)]) -> [PostgresValue] {
            [
                .int8(tenant), .textArray(domains.map(\.name.text)),
                .optionalInt8Array(domains.map { $0.settings.quota.bytes.stored(at: .domain) }),
                .optionalInt8Array(domains.map { $0.settings.quota.messages.limit }),
            ]
        }
        if !domains.new.isEmpty {
            _ = try await transaction.query(
                """
                INSERT INTO domains (tenant_id, name, quota_bytes, quota_messages, vouched_by)
                SELECT $1, g.*, $5::text FROM unnest($2::text[], $3::bigint[], $4::bigint[]) AS g
                """, parameters(domains.new) + [.text(administrator)])
            _ = try await transaction.query(
                "DELETE FROM domain_claims WHERE tenant_id = $1 AND name = ANY ($2)",
                [.int8(tenant), .textArray(domains.new.map(\.name.text))])
        }
        if !domains.changed.isEmpty {
            let changed = try await transaction.query(
                """
                UPDATE domains d SET quota_bytes = g.bytes, quota_messages = g.messages
                FROM unnest($2::text[], $3::bigint[], $4::bigint[]) AS g (name, bytes, messages)
                WHERE d.tenant_id = $1 AND d.name = g.name
                """, parameters(domains.changed))
            try Self.expect(changed.affected, domains.changed.count)
        }
        // By itself: an administrator of the tenant may set it, and not the quota.
        if !domains.modes.isEmpty {
            let changed = try await transaction.query(
                """
                UPDATE domains d SET mta_sts = g.mode FROM unnest($2::text[], $3::text[]) AS g (name, mode)
                WHERE d.tenant_id = $1 AND d.name = g.name
                """,
                [.int8(tenant), .textArray(domains.modes.map(\.name.text)), .textArray(domains.modes.map(\.mode.rawValue))])
            try Self.expect(changed.affected, domains.modes.count)
        }
    }

    private func write(
        _ aliases: [(address: AliasAddress, targets: [TargetAddress], isNew: Bool)], of tenant: Int64, in transaction: PostgresTransaction
    ) async throws {
        guard !aliases.isEmpty else { return }
        let rows = aliases.flatMap { alias in alias.targets.map { (alias.address, $0) } }
        try await removeAliases(aliases.filter { !$0.isNew }.map(\.address), of: tenant, in: transaction)
        let made = try await transaction.query(
            """
            INSERT INTO aliases (tenant_id, domain_id, local_part, target)
            SELECT d.tenant_id, d.domain_id, g.local_part, g.target
            FROM unnest($2::text[], $3::text[], $4::text[]) AS g (domain, local_part, target)
            JOIN domains d ON d.tenant_id = $1 AND d.name = g.domain
            """,
            [
                .int8(tenant), .textArray(rows.map(\.0.domain.text)), .textArray(rows.map(\.0.localPart)), .textArray(rows.map(\.1.text)),
            ])
        try Self.expect(made.affected, rows.count)
    }
}

extension LimitSet {
    /// For a parameter that is cast to `jsonb`.
    var json: String {
        get throws { values.isEmpty ? "{}" : String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }
}
