import AdminAPI
import Cryptography
import Postgres

extension Provisioning {
    /// Makes users and changes others. Who is new and suspended, or has limits or a password, is made first and gets these then.
    func write(_ users: [SortedChanges.User], of tenant: Int64, in transaction: PostgresTransaction) async throws {
        guard !users.isEmpty else { return }
        try await make(users.filter { $0.old == nil }, of: tenant, in: transaction)
        func changed<Value: Equatable>(_ part: (UserSettings) -> Value) -> [SortedChanges.User] {
            users.filter { part($0.old ?? UserSettings()) != part($0.new) }
        }
        let quotas = users.filter { user in user.old.map { $0.quota != user.new.quota } ?? false }, suspensions = changed(\.suspension)
        try await set(
            "quota_bytes = g.bytes, quota_messages = g.messages", "$4::bigint[], $5::bigint[]", "bytes, messages", of: quotas, tenant,
            [
                .optionalInt8Array(quotas.map { $0.new.quota.bytes.stored(at: .user) }),
                .optionalInt8Array(quotas.map { $0.new.quota.messages.limit }),
            ], in: transaction)
        try await set(
            "suspended = string_to_array(g.suspended, ','), suspension_reason = g.reason", "$4::text[], $5::text[]", "suspended, reason",
            of: suspensions, tenant,
            [
                .textArray(suspensions.map { $0.new.suspension.what.map(\.rawValue).joined(separator: ",") }),
                .optionalTextArray(suspensions.map { $0.new.suspension.reason?.text }),
            ], in: transaction)
        let limits = changed(\.limits)
        try await set(
            "limits = g.limits::jsonb", "$4::text[]", "limits", of: limits, tenant,
            [.textArray(try limits.map { try $0.new.limits.json })], in: transaction)
        try await setPasswords(of: changed(\.password), tenant, in: transaction)
        try await setVacations(of: changed(\.vacation), tenant, in: transaction)
        try await setForwards(of: changed(\.forward), tenant, in: transaction)
        try await writeMembers(of: users, of: tenant, in: transaction)
    }

    private func make(_ users: [SortedChanges.User], of tenant: Int64, in transaction: PostgresTransaction) async throws {
        guard !users.isEmpty else { return }
        let places = try await places(of: users.map(\.address), in: transaction)
        for (user, place) in zip(users, places) {
            switch place {
            case .free(tenant, _): continue
            case .refused(let error): throw error
            case .free, .exists: throw AdminError(.conflict, "\(user.address) is there already.", hint: "Look again.")
            }
        }
        let new = users.map { user in
            UserToMake(
                address: user.address, quota: QuotaChange(bytes: user.new.quota.bytes, messages: user.new.quota.messages), hash: nil,
                isShared: user.new.members != nil)
        }
        try await make(new, at: places, in: transaction)
    }

    /// One statement for all of them.
    /// - Parameters:
    ///   - arrays: `parameters` with their types, from `$4` on.
    ///   - columns: what `assignment` calls them, behind `g.`.
    private func set(
        _ assignment: String, _ arrays: String, _ columns: String, of users: [SortedChanges.User], _ tenant: Int64,
        _ parameters: [PostgresValue], in transaction: PostgresTransaction
    ) async throws {
        guard !users.isEmpty else { return }
        let changed = try await transaction.query(
            """
            UPDATE users u SET \(assignment)
            FROM \(GivenAddresses.withKeys("unnest($2::text[], $3::text[], \(arrays)) AS g (domain, local_part, \(columns))")) g
            WHERE \(GivenAddresses.isAt("u", "g"))
            """, Self.addresses(users, tenant) + parameters)
        guard changed.affected == users.count else { throw Self.moved }
    }

    private func setPasswords(of users: [SortedChanges.User], _ tenant: Int64, in transaction: PostgresTransaction) async throws {
        guard !users.isEmpty else { return }
        let numbers = try await numbers(of: users.map(\.address), in: tenant, transaction)
        guard numbers.count == users.count else { throw Self.moved }
        var without: [Int64] = [], with: [NewCredential] = []
        for user in users {
            guard let number = numbers[user.address] else { throw Self.moved }
            guard let hash = user.new.password.hash else {
                without.append(number)
                continue
            }
            with.append(
                NewCredential(
                    keys: UserKeys(tenant: tenant, user: number), hash: hash, applied: try Cryptography.sha256(Array(hash.utf8)),
                    changeBy: user.new.passwordChangeBy))
        }
        if !without.isEmpty {
            _ = try await transaction.query(
                "DELETE FROM credentials WHERE tenant_id = $1 AND user_id = ANY ($2)", [.int8(tenant), .int8Array(without)])
            try await forgetNetworks(of: without.map { UserKeys(tenant: tenant, user: $0) }, in: transaction)
        }
        if !with.isEmpty { try await replaceCredentials(with, in: transaction) }
    }

    /// By which tables know them; of those who are not there none.
    func numbers(of users: [EmailAddress], in tenant: Int64, _ transaction: PostgresTransaction) async throws -> [EmailAddress: Int64] {
        guard !users.isEmpty else { return [:] }
        let found = try await transaction.query(
            """
            SELECT local_part || '@' || g.name, u.user_id
            FROM \(GivenAddresses.keyed) g JOIN users u USING (tenant_id, domain_id, local_part)
            """, [.int8(tenant), .textArray(users.map(\.domain.text)), .textArray(users.map(\.localPart))])
        return Dictionary(try found.rows.map { (try $0.name(0), try $0.int8(1)) }, uniquingKeysWith: { first, _ in first })
    }

    /// `$1` to `$3`.
    private static func addresses(_ users: [SortedChanges.User], _ tenant: Int64) -> [PostgresValue] {
        [.int8(tenant), .textArray(users.map(\.address.domain.text)), .textArray(users.map(\.address.localPart))]
    }

    /// What was read is there no longer, or not as it was.
    static var moved: AdminError {
        AdminError(.conflict, "The state of the tenant moved while it was changed; nothing was done.", hint: "Look again.")
    }
}
