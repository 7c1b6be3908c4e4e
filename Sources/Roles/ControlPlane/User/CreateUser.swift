import AdminAPI
import Postgres

extension Provisioning {
    /// `user create`: an address is a user or an alias, never both.
    func createUser(_ request: AdminRequest<NewUser>) async throws -> CreatedUser {
        let new = request.body
        try new.quota?.validate(at: .user)
        try new.password?.validate()
        _ = try await domain(new.address.domain)  // before the work of hashing
        let password = try new.password.map { try $0.resolved() }
        var hash: String?
        if let password { hash = try await hashing.hash(password.text) }
        let encoded = hash
        do {
            let tenant = try await change { transaction in
                let keys = try await lockDomain(new.address.domain, in: transaction)
                try await requireRoom(for: .users, of: keys.tenant, in: transaction)
                try await requireAllowed(new.quota, of: keys.tenant, in: transaction)
                let aliases = try await transaction.query(
                    "SELECT 1 FROM aliases WHERE tenant_id = $1 AND domain_id = $2 AND local_part = $3 LIMIT 1",
                    [.int8(keys.tenant), .int8(keys.domain), .text(new.address.localPart)])
                guard aliases.isEmpty else {
                    throw AdminError(
                        .alreadyExists, "\(new.address) is an alias.", hint: "Delete the alias first, or choose another address.")
                }
                let made = try await transaction.query(
                    """
                    INSERT INTO users (tenant_id, domain_id, local_part, quota_bytes, quota_messages)
                    VALUES ($1, $2, $3, $4, $5) RETURNING user_id
                    """, [.int8(keys.tenant), .int8(keys.domain), .text(new.address.localPart)] + new.quota.parameters(at: .user))
                if let encoded, let user = try made.first?.int8(0) {
                    try await store(encoded, tenant: keys.tenant, user: user, in: transaction)
                }
                return keys.tenant
            }
            directoryChanged(of: tenant)
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            throw AdminError(.alreadyExists, "The user \(new.address) exists already.")
        }
        return CreatedUser(user: try await user(new.address), generatedPassword: password?.isGenerated == true ? password?.text : nil)
    }

    func store(_ hash: String, tenant: Int64, user: Int64, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.query(
            """
            INSERT INTO credentials (tenant_id, user_id, hash) VALUES ($1, $2, $3)
            ON CONFLICT (tenant_id, user_id) DO UPDATE SET hash = excluded.hash, changed_at = now()
            """, [.int8(tenant), .int8(user), .text(hash)])
    }
}
