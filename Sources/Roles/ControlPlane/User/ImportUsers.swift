import AdminAPI
import Postgres

extension Provisioning {
    /// `user import`: some are made, some exist already, some are refused, and each is told which. What an interrupted import left out
    /// is made when the same users are sent again.
    func importUsers(_ request: AdminRequest<UserImport>) async throws -> UserImportReport {
        let new = request.body.users, addresses = new.map(\.address)
        guard (1...UserImport.limit).contains(new.count) else {
            throw AdminError(.invalid, "A request imports 1 to \(UserImport.limit) users.", hint: "Send them in several requests.")
        }
        let tenant = try await tenant(of: addresses)
        let wrong = Self.refusals(of: new), weak = try await weakPasswords(of: new)
        let checked = try await change { transaction in try await findPlaces(for: new, but: wrong, weak, in: transaction) }
        // A trial ends here: nothing would stay, and passwords are long in being hashed.
        guard !isRehearsal, let tenant else { return Self.report(addresses, checked) }
        let hashes = try await hashes(of: new, at: checked)
        let users = zip(new, hashes).map { UserToMake(address: $0.address, quota: $0.quota, hash: $1, mustChange: $0.mustChange) }
        let done = try await change { transaction in
            // Asked once more: somebody may have been made while passwords were hashed.
            let found = try await findPlaces(for: new, but: wrong, weak, in: transaction)
            try await make(users, at: found, in: transaction)
            return found
        }
        directoryChanged(of: tenant)
        return Self.report(addresses, done)
    }

    /// The one tenant whose domains the addresses have; nil when there are none of these domains. The audit log tells a tenant's
    /// administrators what was done there, and nothing of others, so a request is about one.
    private func tenant(of addresses: [EmailAddress]) async throws -> Int64? {
        let found = try await database.query(
            "SELECT DISTINCT tenant_id FROM domains WHERE name = ANY ($1)", [.textArray(Array(Set(addresses.map(\.domain.text))))])
        guard found.rows.count <= 1 else {
            throw AdminError(.invalid, "The users of one request are of several tenants.", hint: "Send a request for each tenant.")
        }
        return try found.first?.int8(0)
    }

    /// What is wrong with each by itself.
    private static func refusals(of users: [NewUser]) -> [AdminError?] {
        var seen: Set<EmailAddress> = []
        return users.map { user in
            do throws(AdminError) {
                guard seen.insert(user.address).inserted else {
                    throw AdminError(.invalid, "\(user.address) is there twice.", hint: "Send each user once.")
                }
                guard user.password != .generate else {
                    throw AdminError(.invalid, "The password of an imported user is given, not generated.")
                }
                try user.validate()
                return nil
            } catch {
                return error
            }
        }
    }

    /// What is wrong with each password that is given. It is no matter for those who exist already.
    private func weakPasswords(of users: [NewUser]) async throws -> [AdminError?] {
        var errors: [AdminError?] = []
        for user in users {
            do {
                if let password = user.password { try await check(password, of: .user(user.address)) }
                errors.append(nil)
            } catch {
                guard let error = error as? AdminError else { throw error }
                errors.append(error)
            }
        }
        return errors
    }

    private func findPlaces(
        for users: [NewUser], but refusals: [AdminError?], _ weak: [AdminError?], in transaction: PostgresTransaction
    ) async throws -> [PlaceOfUser] {
        let places = try await places(of: users.map(\.address), in: transaction)
        let found = places.indices.map { index in
            if let refusal = refusals[index] { return PlaceOfUser.refused(refusal) }
            if case .free = places[index], let refusal = weak[index] { return .refused(refusal) }
            return places[index]
        }
        return try await withinPlan(found, users.map(\.quota), in: transaction)
    }

    /// Of who is to be made. Passwords are hashed as many at a time as there are threads for it; hashes pass as they are.
    private func hashes(of users: [NewUser], at places: [PlaceOfUser]) async throws -> [String?] {
        var hashes = [String?](repeating: nil, count: users.count)
        var passwords: [(index: Int, text: String)] = []
        for (index, user) in users.enumerated() {
            guard case .free = places[index] else { continue }
            switch user.password {
            case .hash(let text): hashes[index] = text
            case .given(let text): passwords.append((index, text))
            case .generate, nil: break
            }
        }
        await learnCosts(of: hashes.compactMap(\.self))
        let fresh = try await hashing.hashes(of: passwords.map(\.text), for: callingParty)
        for (password, hash) in zip(passwords, fresh) { hashes[password.index] = hash }
        return hashes
    }

    private static func report(_ addresses: [EmailAddress], _ places: [PlaceOfUser]) -> UserImportReport {
        UserImportReport(
            users: zip(addresses, places).map { address, place in
                switch place {
                case .free: ImportedUser(address: address, outcome: .made)
                case .exists: ImportedUser(address: address, outcome: .exists)
                case .refused(let error): ImportedUser(address: address, outcome: .refused, error: error)
                }
            })
    }
}
