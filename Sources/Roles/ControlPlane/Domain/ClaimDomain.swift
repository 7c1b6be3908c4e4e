import AdminAPI
import Postgres

extension Provisioning {
    /// `domain claim`: the claim that is there is answered again, with the same token.
    func claimDomain(_ request: AdminRequest<NewDomainClaim>) async throws -> DomainClaim {
        let name = request.body.name
        guard let tenant = request.body.tenant ?? request.caller.part?.tenantName else {
            throw AdminError(.invalid, "It is not said which tenant claims \(name).", hint: "Name it with --tenant.")
        }
        let id = try await self.tenant(tenant).id
        _ = try OwnershipRecord(of: name, token: "")  // that there is room for one
        guard try await !domainExists(name) else { throw try await taken(name) }
        try await change { transaction in try await insertClaim(on: name, of: id, tenant, in: transaction) }
        guard let made = try await claims(on: name, of: tenant).first else {
            throw AdminError(.conflict, "The claim on \(name) was forgotten at the same moment.", hint: "Claim it again.")
        }
        return made.claim
    }

    private func insertClaim(
        on name: DomainName, of id: Int64, _ tenant: TenantName, in transaction: PostgresTransaction
    ) async throws {
        // One after the other, so that the limit holds.
        _ = try await transaction.query("LOCK TABLE domain_claims IN SHARE ROW EXCLUSIVE MODE")
        _ = try await transaction.query(
            "DELETE FROM domain_claims WHERE tenant_id = $1 AND claimed_at + \(Self.claimTime) <= now()", [.int8(id)])
        let held = try await transaction.query(
            "SELECT count(*), coalesce(bool_or(name = $2), false) FROM domain_claims WHERE tenant_id = $1", [.int8(id), .text(name.text)])
        guard let row = held.first, try !row.bool(1) else { return }
        guard try row.int8(0) < DomainClaim.maximum else {
            throw AdminError(
                .conflict, "Tenant \(tenant) has \(DomainClaim.maximum) claims already.", hint: "`domain unclaim` forgets one.")
        }
        _ = try await transaction.query(
            "INSERT INTO domain_claims (tenant_id, name) VALUES ($1, $2)", [.int8(id), .text(name.text)])
    }

    /// `domain claims`.
    func listClaims(_ request: AdminRequest<Nothing>) async throws -> [DomainClaim] {
        let tenant = try await filters(of: request).tenant
        return try await claims(of: tenant).map(\.claim)
    }

    /// `domain unclaim`.
    func unclaimDomain(_ request: AdminRequest<Nothing>) async throws -> Nothing {
        let row = try await claim(meantBy: request)
        _ = try await database.query(
            "DELETE FROM domain_claims WHERE tenant_id = $1 AND name = $2", [.int8(row.tenant), .text(row.claim.name.text)])
        return Nothing()
    }
}
