import AdminAPI

extension Provisioning {
    /// `user delete`: with all mail. Aliases and groups that lead to the address stay.
    func deleteUser(_ request: AdminRequest<Nothing>) async throws -> Nothing {
        let address: EmailAddress = try request.path.require("address")
        let keys = try await change { transaction in
            let keys = try await find(address, in: transaction)
            _ = try await transaction.query(
                "DELETE FROM users WHERE tenant_id = $1 AND user_id = $2", [.int8(keys.tenant), .int8(keys.user)])
            return keys
        }
        forgetLogins(of: address)
        directoryChanged(of: keys.tenant)
        endSessions(tenant: keys.tenant, user: keys.user, reason: "This account is deleted")
        return Nothing()
    }
}
