import AdminAPI
import Postgres

/// A claim with its tenant's key.
struct ClaimRow: Sendable {
    var tenant: Int64
    var claim: DomainClaim
}

extension Provisioning {
    static let claimTime = "interval '\(DomainClaim.days) days'"

    /// Claims as far as the caller's part goes, by name.
    func claims(on name: DomainName? = nil, of tenant: TenantName? = nil) async throws -> [ClaimRow] {
        let wanted: RowFilter = ["c.name": name?.text, "t.name": tenant?.text]
        let result = try await database.query(
            """
            SELECT c.tenant_id, c.name, t.name, c.token, c.claimed_at, c.claimed_at + \(Self.claimTime), c.checked_at,
                c.claimed_at + \(Self.claimTime) <= now()
            FROM domain_claims c JOIN tenants t USING (tenant_id)
            WHERE \(wanted.sql) ORDER BY c.name, t.name
            """, wanted.parameters)
        let names = try result.rows.map { try $0.text(1) }
        // Of the whole platform, as `domainExists` says.
        let taken = Set(
            try await database.query("SELECT names_taken($1)", [.textArray(names)]).rows.map { try $0.text(0) })
        return try result.rows.map { row in
            let state: DomainClaim.State = taken.contains(try row.text(1)) ? .taken : try row.bool(7) ? .expired : .open
            return ClaimRow(
                tenant: try row.int8(0),
                claim: try DomainClaim(
                    name: row.name(1), tenant: row.name(2), state: state, token: row.text(3), claimedAt: row.moment(4),
                    expiresAt: row.moment(5), checkedAt: row.optionalTimestamp(6).map { Timestamp(microsecondsSince1970: $0) }))
        }
    }

    /// The one claim that a request means.
    func claim(meantBy request: AdminRequest<Nothing>) async throws -> ClaimRow {
        let name: DomainName = try request.path.require("name")
        let tenant: TenantName? = try request.query.optional("tenant")
        if let tenant { _ = try await self.tenant(tenant) }
        let found = try await claims(on: name, of: tenant ?? request.caller.part?.tenantName)
        guard let first = found.first else {
            throw AdminError(
                .notFound, "There is no claim on \(name)\(tenant.map { " by tenant \($0)" } ?? "").",
                hint: "`domain claim \(name)` makes one; `domain claims` shows all.")
        }
        guard found.count == 1 else {
            let names = found.map(\.claim.tenant.text).joined(separator: ", ")
            throw AdminError(.conflict, "Several tenants claim \(name): \(names).", hint: "Say which one with --tenant.")
        }
        return first
    }
}
