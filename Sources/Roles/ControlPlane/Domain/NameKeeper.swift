import AdminAPI
import Postgres

/// The domain that has a name, or has it as an alias; it may be deleted, by itself or with its tenant.
struct NameKeeper: Sendable {
    var domain: DomainName
    var tenant: TenantName
    /// Of the domain, by itself.
    var deletion: KeptState?
    var tenantDeletion: KeptState?

    /// Since when it is deleted, and until when kept.
    struct KeptState: Sendable {
        var since: Timestamp
        var until: Timestamp?

        /// For what was named before.
        var sentence: String { "was deleted at \(since) and is \(until.map { "kept until \($0)" } ?? "kept")." }
    }

    func refusal(of name: DomainName) -> AdminError {
        let isAlias = name != domain
        let says = isAlias ? "\(name) is an alias of the domain \(domain)" : "The domain \(name) exists already"
        let it = isAlias ? "them" : "it"
        if let tenantDeletion {
            let then = deletion == nil ? "" : ", then `domain undelete \(domain)`,"
            return AdminError(
                .alreadyExists, "\(says), with tenant \(tenant). The tenant \(tenantDeletion.sentence)",
                hint: "`tenant undelete \(tenant)`\(then) brings \(it) back, `tenant delete --now \(tenant)` makes the name free.")
        }
        if let deletion {
            return AdminError(
                .alreadyExists, "\(says). \(isAlias ? "The domain" : "It") \(deletion.sentence)",
                hint: "`domain undelete \(domain)` brings \(it) back, `domain delete --now \(domain)` makes the name free.")
        }
        return isAlias
            ? AdminError(.alreadyExists, "\(says).", hint: "`domain unalias \(name)` makes the name free.")
            : AdminError(.alreadyExists, "\(says), with tenant \(tenant).")
    }
}

extension Provisioning {
    /// As far as the caller's part goes, so that nobody learns whose another company's name is. nil: nothing there has it.
    func keeper(of name: DomainName) async throws -> NameKeeper? {
        try await change { transaction in
            try await showDeleted(in: transaction)
            let found = try await transaction.query(
                """
                SELECT d.name, t.name, CASE WHEN NOT d.deleted_with_tenant THEN d.deleted_at END, d.kept_until, t.deleted_at, t.kept_until
                FROM domains d JOIN tenants t USING (tenant_id)
                WHERE d.name = $1 OR EXISTS (
                    SELECT FROM domain_aliases a WHERE a.tenant_id = d.tenant_id AND a.domain_id = d.domain_id AND a.name = $1)
                """, [.text(name.text)])
            return try found.first.map { row in
                NameKeeper(
                    domain: try row.name(0), tenant: try row.name(1),
                    deletion: try row.optionalMoment(2).map { .init(since: $0, until: try row.optionalMoment(3)) },
                    tenantDeletion: try row.optionalMoment(4).map { .init(since: $0, until: try row.optionalMoment(5)) })
            }
        }
    }
}
