import AdminAPI
import Postgres
import Resolver

extension Provisioning {
    /// What the DNS said of a claim's record.
    struct CheckedClaim: Sendable {
        let row: ClaimRow
        let finding: OwnershipRecord.Finding
    }

    /// Asks the DNS for the record of an open claim.
    func lookForProof(_ request: AdminRequest<Nothing>) async throws -> CheckedClaim {
        let row = try await claim(meantBy: request)
        let name = row.claim.name
        switch row.claim.state {
        case .taken: throw try await claimIsLost(name)
        case .expired:
            throw AdminError(
                .conflict, "The claim on \(name) expired on \(row.claim.expiresAt).",
                hint: "`domain claim \(name)` makes another, with another token.")
        case .open: break
        }
        return CheckedClaim(row: row, finding: try await look(for: row.claim.record))
    }

    /// `domain verify`: makes the domain when the record is there.
    func verifyDomain(_ request: AdminRequest<Nothing>, _ checked: CheckedClaim) async throws -> Domain {
        let row = checked.row, name = row.claim.name
        try await note(checked.finding, of: row)
        if let explanation = checked.finding.explanation(at: row.claim.record) {
            throw AdminError(
                .conflict, explanation,
                hint: "Name servers may remember for a while what was there before. To be published: \(row.claim.record.line)")
        }
        do {
            try await change { transaction in try await makeDomain(of: row, in: transaction) }
        } catch {
            guard (error as? PostgresError)?.sqlState == .uniqueViolation else { throw error }
            throw try await claimIsLost(name)
        }
        directoryChanged(of: row.tenant)
        await domainsChanged()
        return try await domain(name)
    }

    private func look(for record: OwnershipRecord) async throws -> OwnershipRecord.Finding {
        do {
            return record.finding(in: try await resolver.texts(of: record.question))
        } catch .temporary(_, let reason) {
            throw AdminError(
                .unavailable, "The name servers could not be asked for \(record.name) (\(reason)).", hint: "Try again in a few minutes.")
        } catch {
            return .absent  // there is no such name
        }
    }

    /// Written by the control plane as itself: an administrator's part of the database cannot say of its own claim that it is proved.
    private func note(_ finding: OwnershipRecord.Finding, of row: ClaimRow) async throws {
        try await change { transaction in
            try await database.leavePart(in: transaction)
            let noted = try await transaction.query(
                """
                UPDATE domain_claims SET checked_at = now(), proved_at = CASE WHEN $4 THEN now() END
                WHERE tenant_id = $1 AND name = $2 AND token = $3 RETURNING 1
                """, [.int8(row.tenant), .text(row.claim.name.text), .text(row.claim.token), .bool(finding == .proved)])
            guard !noted.isEmpty else { throw Self.claimIsGone(row.claim.name) }
        }
    }

    /// The row, and in the same transaction an end of the claim. Of several who come here with a proof, one finds the name free.
    private func makeDomain(of row: ClaimRow, in transaction: PostgresTransaction) async throws {
        try await requireRoom(for: .domains, of: row.tenant, in: transaction)
        let key: [PostgresValue] = [.int8(row.tenant), .text(row.claim.name.text), .text(row.claim.token)]
        _ = try await transaction.query(
            """
            INSERT INTO domains (tenant_id, name, proof, proved_at)
            SELECT tenant_id, name, 'dns', proved_at FROM domain_claims
            WHERE tenant_id = $1 AND name = $2 AND token = $3 AND proved_at IS NOT NULL
            """, key)
        let ended = try await transaction.query(
            "DELETE FROM domain_claims WHERE tenant_id = $1 AND name = $2 AND token = $3 AND proved_at IS NOT NULL RETURNING 1", key)
        guard !ended.isEmpty else { throw Self.claimIsGone(row.claim.name) }
    }

    private func claimIsLost(_ name: DomainName) async throws -> AdminError {
        try await taken(name, hint: "The claim is of no use any more; `domain unclaim \(name)` forgets it.")
    }

    private static func claimIsGone(_ name: DomainName) -> AdminError {
        AdminError(.conflict, "The claim on \(name) changed at the same moment.", hint: "`domain claims` shows what there is.")
    }
}
