import AdminAPI
import MailSettings
import Postgres

extension Provisioning {
    /// Domains as the interface shows them, by name.
    func domains(named name: DomainName? = nil, tenant: TenantName? = nil) async throws -> [Domain] {
        // The users and aliases of a few domains are found by their indexes; those of all, in one pass.
        let all = name == nil && tenant == nil
        let users = all ? "coalesce(n.users, 0)" : "(SELECT count(*) FROM users u WHERE \(Self.ofDomain("u")))"
        let aliases =
            all ? "coalesce(a.names, '{}')" : "ARRAY(SELECT a.name FROM domain_aliases a WHERE \(Self.ofDomain("a")) ORDER BY a.name)"
        let joined =
            all
            ? """
            LEFT JOIN (\(Self.usersOfDomains)) n USING (tenant_id, domain_id)
            LEFT JOIN (
                SELECT tenant_id, domain_id, array_agg(name ORDER BY name) AS names FROM domain_aliases GROUP BY tenant_id, domain_id
            ) a USING (tenant_id, domain_id)
            """ : ""
        let wanted: RowFilter = ["d.name": name?.text, "t.name": tenant?.text]
        let result = try await database.query(
            """
            SELECT d.name, t.name, \(aliases), d.quota_bytes, d.quota_messages, coalesce(g.bytes, 0), coalesce(g.messages, 0),
                \(users), d.created_at, d.proof, d.vouched_by, d.proved_at, d.mta_sts
            FROM domains d JOIN tenants t USING (tenant_id) LEFT JOIN domain_usage g USING (tenant_id, domain_id) \(joined)
            WHERE \(wanted.sql) ORDER BY d.name
            """, wanted.parameters)
        return try result.rows.map { row in
            Domain(
                name: try row.name(0), tenant: try row.name(1), proof: DomainProof(rawValue: try row.text(9)) ?? .vouched,
                vouchedBy: try row.optionalText(10),
                provedAt: try row.optionalTimestamp(11).map { Timestamp(microsecondsSince1970: $0) },
                aliases: try row.textArray(2).map { try DomainName($0) }, quota: try QuotaLimits(row, 3), usage: try Usage(row, 5),
                users: Int(try row.int8(7)), createdAt: try row.moment(8), mtaSTS: MTASTSMode(rawValue: try row.text(12)) ?? .off)
        }
    }

    private static func ofDomain(_ table: String) -> String { "\(table).tenant_id = d.tenant_id AND \(table).domain_id = d.domain_id" }

    /// How many each domain has, for lists of all of them.
    static let usersOfDomains = "SELECT tenant_id, domain_id, count(*) AS users FROM users GROUP BY tenant_id, domain_id"

    func domain(_ name: DomainName) async throws -> Domain {
        if let domain = try await domains(named: name).first { return domain }
        guard let aliased = try await domain(aliased: name) else { throw AdminError.noDomain(name) }
        throw AdminError(.notFound, "\(name) is no domain but an alias of \(aliased).", hint: "Give the domain's own name.")
    }

    /// The domain that the name is an alias of; nil when it is none.
    func domain(aliased name: DomainName) async throws -> DomainName? {
        let found = try await database.query(
            "SELECT d.name FROM domain_aliases a JOIN domains d USING (tenant_id, domain_id) WHERE a.name = $1", [.text(name.text)])
        return try found.first?.name(0)
    }

    /// Why nothing new can have this name.
    func taken(_ name: DomainName, hint: String? = nil) async throws -> AdminError {
        let keeper = try await keeper(of: name)
        let refusal = keeper?.refusal(of: name) ?? AdminError(.alreadyExists, "The domain \(name) exists already.")
        return AdminError(.alreadyExists, refusal.message, hint: hint ?? refusal.hint)
    }

    /// Names are asked of the whole platform: that a domain is here, any mail server may ask. Whose it is, a part does not show.
    func domainExists(_ name: DomainName) async throws -> Bool {
        try await !database.query("SELECT names_taken($1)", [.textArray([name.text])]).isEmpty
    }

    /// What a list is limited to. A filter that names nothing is a mistake, not an empty list.
    func filters(of request: AdminRequest<Nothing>) async throws -> (tenant: TenantName?, domain: DomainName?) {
        let tenant: TenantName? = try request.query.optional("tenant"), domain: DomainName? = try request.query.optional("domain")
        if let tenant { _ = try await self.tenant(tenant) }
        if let domain { _ = try await self.domain(domain) }
        return (tenant, domain)
    }

    /// The domain's keys; its row stays as it is until the transaction ends.
    func lockDomain(_ name: DomainName, in transaction: PostgresTransaction) async throws -> (tenant: Int64, domain: Int64) {
        let found = try await transaction.query(
            "SELECT tenant_id, domain_id FROM domains WHERE name = $1 FOR NO KEY UPDATE", [.text(name.text)])
        guard let row = found.first else { throw AdminError.noDomain(name) }
        return (try row.int8(0), try row.int8(1))
    }
}
