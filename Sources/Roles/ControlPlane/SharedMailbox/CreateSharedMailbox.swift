import AdminAPI
import Postgres

extension Provisioning {
    /// `mailbox create`: a user without a login, as plans and quotas count.
    func createSharedMailbox(_ request: AdminRequest<NewSharedMailbox>) async throws -> SharedMailbox {
        let new = request.body
        try new.quota?.validate(at: .user)
        _ = try await domain(new.address.domain)
        let mailbox = UserToMake(address: new.address, quota: new.quota, isShared: true)
        let tenant = try await change { transaction in
            let places = try await withinPlan(try await places(of: [new.address], in: transaction), [new.quota], in: transaction)
            try await make([mailbox], at: places, in: transaction)
            switch places.first {
            case .free(let tenant, _): return tenant
            case .refused(let error): throw error
            case .exists, nil: throw AdminError.isUser(new.address.text)
            }
        }
        directoryChanged(of: tenant)
        return try await sharedMailbox(new.address)
    }

    /// `mailbox delete`: as `user delete`. Its members' sessions end.
    func deleteSharedMailbox(_ request: AdminRequest<Nothing>) async throws -> Deletion { try await delete(request, shared: true) }
}
