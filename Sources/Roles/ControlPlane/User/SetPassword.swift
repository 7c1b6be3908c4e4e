import AdminAPI
import Postgres

extension Provisioning {
    /// `user password`: whoever is logged in with the old one is logged out.
    func setPassword(_ request: AdminRequest<NewPassword>) async throws -> ChangedPassword {
        let address: EmailAddress = try request.path.require("address")
        try request.body.password.validate(takesHash: true)
        _ = try await user(address)  // before the work of hashing
        let credential = try await credential(request.body.password)
        let keys = try await change { transaction in
            let keys = try await find(address, in: transaction)
            _ = try await transaction.query(
                """
                INSERT INTO credentials (tenant_id, user_id, hash) VALUES ($1, $2, $3)
                ON CONFLICT (tenant_id, user_id) DO UPDATE SET hash = excluded.hash, applied = NULL, changed_at = now()
                """, [.int8(keys.tenant), .int8(keys.user), .text(credential.hash)])
            return keys
        }
        authenticator.forget(address)
        endSessions(tenant: keys.tenant, user: keys.user, reason: "Your password was changed; please log in again")
        return ChangedPassword(address: address, generatedPassword: credential.generatedPassword)
    }
}
