import AdminAPI

extension Provisioning {
    /// `user suspend`: in whole or in part.
    func suspendUser(_ request: AdminRequest<SuspensionChange>) async throws -> User {
        let address: EmailAddress = try request.path.require("address")
        let keys = try await change(SuspensionChange.suspending, request.body, of: address)
        if request.body.concernsLogins {
            endSessions(tenant: keys.tenant, user: keys.user, reason: SuspensionChange.goodbye(keys.reason))
        }
        return try await user(address)
    }

    /// `user resume`.
    func resumeUser(_ request: AdminRequest<SuspensionChange>) async throws -> User {
        let address: EmailAddress = try request.path.require("address")
        _ = try await change(SuspensionChange.resuming, request.body, of: address)
        return try await user(address)
    }

    private func change(
        _ assignment: String, _ new: SuspensionChange, of address: EmailAddress
    ) async throws -> (tenant: Int64, user: Int64, reason: SuspensionReason?) {
        try new.check()
        let keys = try await change { transaction in
            let keys = try await find(address, in: transaction)
            let changed = try await transaction.query(
                "UPDATE users SET \(assignment) WHERE tenant_id = $3 AND user_id = $4 RETURNING suspension_reason",
                new.parameters + [.int8(keys.tenant), .int8(keys.user)])
            return (tenant: keys.tenant, user: keys.user, reason: try changed.first?.reason(0))
        }
        directoryChanged(of: keys.tenant)
        return keys
    }
}
