import AdminAPI
import Postgres

extension Provisioning {
    /// `user create`.
    func createUser(_ request: AdminRequest<NewUser>) async throws -> CreatedUser {
        let new = request.body
        try new.validate()
        _ = try await domain(new.address.domain)  // before the work of hashing
        if let password = new.password { try await check(password, of: .user(new.address)) }
        let credential = if let password = new.password { try await credential(password, of: new.address) } else { UserCredential?.none }
        let user = UserToMake(address: new.address, quota: new.quota, hash: credential?.hash, mustChange: new.mustChange)
        let tenant = try await change { transaction in
            let places = try await withinPlan(try await places(of: [user.address], in: transaction), [user.quota], in: transaction)
            try await make([user], at: places, in: transaction)
            switch places.first {
            case .free(let tenant, _): return tenant
            case .refused(let error): throw error
            case .exists, nil: throw AdminError.userExists(new.address.text)
            }
        }
        directoryChanged(of: tenant)
        return CreatedUser(user: try await self.user(new.address), generatedPassword: credential?.generatedPassword)
    }
}
