import AdminAPI
import Postgres

extension Provisioning {
    /// `domain rename`: users, mail, aliases, quota and administrators go by the domain's number, so that only the name changes.
    func renameDomain(_ request: AdminRequest<DomainRename>) async throws -> Domain {
        let old: DomainName = try request.path.require("name")
        let new = request.body.name
        guard new != old else { throw AdminError(.invalid, "The domain's name is \(new) already.") }
        _ = try await domain(old)
        let renamed: RenamedDomain
        do {
            renamed = try await change {
                try await rename(old, to: new, keepsAlias: request.body.keepAlias, by: request.caller.name, in: $0)
            }
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            throw try await taken(new)
        }
        directoryChanged(of: renamed.tenant)
        await domainsChanged()
        for (user, localPart) in renamed.users {
            announce(user, of: renamed.tenant, formerly: "\(localPart)@\(old)", now: "\(localPart)@\(new)")
        }
        return try await domain(new)
    }

    private struct RenamedDomain: Sendable {
        var tenant: Int64
        var users: [(id: Int64, localPart: String)]
    }

    private func rename(
        _ old: DomainName, to new: DomainName, keepsAlias: Bool, by administrator: String, in transaction: PostgresTransaction
    ) async throws -> RenamedDomain {
        let keys = try await lockDomain(old, in: transaction)
        let place: [PostgresValue] = [.int8(keys.tenant), .int8(keys.domain)]
        try await changeKeys(from: old, to: new, keepsAlias: keepsAlias, at: place, in: transaction)
        // The domain's own alias gives way; anybody else's name is refused below.
        _ = try await transaction.query(
            "DELETE FROM domain_aliases WHERE tenant_id = $1 AND domain_id = $2 AND name = $3", place + [.text(new.text)])
        // Whoever gives the domain its name vouches for it.
        _ = try await transaction.query(
            """
            UPDATE domains SET name = $3, proof = 'vouched', vouched_by = $4, proved_at = NULL WHERE tenant_id = $1 AND domain_id = $2
            """, place + [.text(new.text), .text(administrator)])
        _ = try await transaction.query(
            "DELETE FROM domain_claims WHERE tenant_id = $1 AND name = $2", [.int8(keys.tenant), .text(new.text)])
        if keepsAlias { try await addAlias(old, of: keys, in: transaction) }
        try await transaction.execute("SET CONSTRAINTS dkim_keys_tenant_id_domain_id_alias_fkey IMMEDIATE")
        try await changeTargets(at: [old.text], of: keys.tenant, in: transaction) { target in
            "\(target.localPart)@\(new)"
        }
        let users = try await transaction.query("SELECT user_id, local_part FROM users WHERE tenant_id = $1 AND domain_id = $2", place)
        return RenamedDomain(tenant: keys.tenant, users: try users.rows.map { (try $0.int8(0), try $0.text(1)) })
    }

    /// Each key stays with the name whose zone has its record: those of a name that is kept go on signing for it, and those that an alias
    /// had become the domain's own with it.
    private func changeKeys(
        from old: DomainName, to new: DomainName, keepsAlias: Bool, at place: [PostgresValue], in transaction: PostgresTransaction
    ) async throws {
        try await transaction.execute("SET CONSTRAINTS dkim_keys_tenant_id_domain_id_alias_fkey DEFERRED")
        let ofNew = "tenant_id = $1 AND domain_id = $2 AND alias = $3"
        if keepsAlias {
            _ = try await transaction.query(
                "UPDATE dkim_keys SET alias = $3 WHERE tenant_id = $1 AND domain_id = $2 AND alias IS NULL", place + [.text(old.text)])
        } else {
            // As with an alias that goes: they would be in the way of the name's own.
            _ = try await transaction.query(
                """
                DELETE FROM dkim_keys WHERE tenant_id = $1 AND domain_id = $2 AND alias IS NULL
                    AND EXISTS (SELECT FROM dkim_keys WHERE \(ofNew))
                """, place + [.text(new.text)])
            // Those of a name without keys stay good, once its zone has their records.
            _ = try await transaction.query(
                """
                UPDATE dkim_keys SET state = 'waiting', changed_at = now()
                WHERE tenant_id = $1 AND domain_id = $2 AND alias IS NULL AND state = 'active'
                """, place)
        }
        _ = try await transaction.query("UPDATE dkim_keys SET alias = NULL WHERE \(ofNew)", place + [.text(new.text)])
    }

    /// A user's address is another now: where it logged in from stays familiar, and its mail programs are told.
    func announce(_ user: Int64, of tenant: Int64, formerly old: String, now new: String) {
        if !isRehearsal { authenticator.rename(account: old, to: new) }
        endSessions(tenant: tenant, user: user, reason: "This account is now \(new); please log in again")
    }
}
