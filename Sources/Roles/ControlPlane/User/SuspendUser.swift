import AdminAPI

extension Provisioning {
    /// `user suspend`: no login, no sending; mail waits at its senders.
    func suspendUser(_ request: AdminRequest<Nothing>) async throws -> User {
        let address: EmailAddress = try request.path.require("address")
        let keys = try await setState("suspended", of: address)
        endSessions(tenant: keys.tenant, user: keys.user, reason: "This account is suspended; please ask your administrator")
        return try await user(address)
    }

    /// `user resume`.
    func resumeUser(_ request: AdminRequest<Nothing>) async throws -> User {
        let address: EmailAddress = try request.path.require("address")
        _ = try await setState("active", of: address)
        return try await user(address)
    }

    private func setState(_ state: String, of address: EmailAddress) async throws -> (tenant: Int64, user: Int64) {
        let keys = try await change { transaction in
            let keys = try await find(address, in: transaction)
            _ = try await transaction.query(
                "UPDATE users SET state = $1 WHERE tenant_id = $2 AND user_id = $3", [.text(state), .int8(keys.tenant), .int8(keys.user)])
            return keys
        }
        directoryChanged(of: keys.tenant)
        return keys
    }
}
