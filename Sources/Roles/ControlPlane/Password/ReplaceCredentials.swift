import AdminAPI
import Postgres

/// A hash that a user is to have.
struct NewCredential: Sendable {
    var keys: UserKeys
    var hash: String
    /// The SHA-256 of what a desired state says, so that it is known again once a login has made the hash ours.
    var applied: [UInt8]?
    var mustChange: PasswordDemand?
    /// The time by which it is to be changed, where that is known: it goes before `mustChange`.
    var changeBy: Timestamp?
}

extension Provisioning {
    /// Puts hashes in the places of the users' own, which are remembered, of each user as many as are configured. Four statements,
    /// however many they are.
    func replaceCredentials(_ new: [NewCredential], in transaction: PostgresTransaction) async throws {
        let users: [PostgresValue] = [.int8Array(new.map(\.keys.tenant)), .int8Array(new.map(\.keys.user))]
        _ = try await transaction.query(
            """
            INSERT INTO old_credentials (tenant_id, user_id, hash)
            SELECT c.tenant_id, c.user_id, c.hash FROM credentials c
            JOIN unnest($1::bigint[], $2::bigint[]) AS g (tenant_id, user_id) USING (tenant_id, user_id) FOR UPDATE OF c
            """, users)
        _ = try await transaction.query(
            """
            DELETE FROM old_credentials o USING unnest($1::bigint[], $2::bigint[]) AS g (tenant_id, user_id)
            WHERE o.tenant_id = g.tenant_id AND o.user_id = g.user_id AND o.changed_at NOT IN (
                SELECT k.changed_at FROM old_credentials k WHERE k.tenant_id = o.tenant_id AND k.user_id = o.user_id
                ORDER BY k.changed_at DESC LIMIT $3)
            """, users + [.int8(Int64(facts.passwords.remembered))])
        try await forgetNetworks(of: new.map(\.keys), in: transaction)
        _ = try await transaction.query(
            """
            INSERT INTO credentials (tenant_id, user_id, hash, applied, change_by)
            SELECT tenant_id, user_id, hash, applied, coalesce(to_timestamp(change_by), now() + within * interval '1 second')
            FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bytea[], $5::bigint[], $6::bigint[])
                AS g (tenant_id, user_id, hash, applied, change_by, within)
            ON CONFLICT (tenant_id, user_id) DO UPDATE
            SET hash = excluded.hash, applied = excluded.applied, changed_at = now(), change_by = excluded.change_by
            """,
            users + [
                .textArray(new.map(\.hash)), .optionalByteaArray(new.map(\.applied)),
                .optionalInt8Array(new.map { $0.changeBy?.secondsSince1970 }), .optionalInt8Array(new.map { $0.mustChange?.within }),
            ])
    }

    /// Who knew the users' old passwords is a stranger to them; `forgetLogins` says so to this process.
    func forgetNetworks(of users: [UserKeys], in transaction: PostgresTransaction) async throws {
        _ = try await transaction.query(
            """
            DELETE FROM familiar_networks n USING unnest($1::bigint[], $2::bigint[]) AS g (tenant_id, user_id)
            WHERE n.tenant_id = g.tenant_id AND n.user_id = g.user_id
            """, [.int8Array(users.map(\.tenant)), .int8Array(users.map(\.user))])
    }
}
