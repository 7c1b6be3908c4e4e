import AdminAPI
import Postgres

extension Provisioning {
    /// `user must-change`: at once or later the password opens no mail protocol any more; its owner changes it with
    /// `user change-password`.
    func demandPassword(_ request: AdminRequest<PasswordDemand>) async throws -> User {
        let address: EmailAddress = try request.path.require("address")
        try request.body.validate()
        let keys = try await change { transaction in
            let keys = try await findWithLogin(address, in: transaction)
            let marked = try await transaction.query(
                """
                UPDATE credentials SET change_by = now() + $3::bigint * interval '1 second'
                WHERE tenant_id = $1 AND user_id = $2 RETURNING 1
                """, [.int8(keys.tenant), .int8(keys.user), .optionalInt8(request.body.within)])
            guard !marked.isEmpty else {
                throw AdminError(
                    .conflict, "\(address) has no password of its own that could be changed.", hint: "`user password \(address)` sets one.")
            }
            return keys
        }
        if request.body.within == 0 {
            endSessions(tenant: keys.tenant, user: keys.user, reason: OwnPasswordBar.mustBeChanged.reason)
        }
        return try await user(address)
    }
}
