import Postgres
import Runtime

/// A shared mailbox as one of its members has it: a user without a login, whose mailboxes others of the tenant open beside their own.
public struct SharedMailbox: Sendable, Equatable {
    /// What a member may do there; each includes what stands before it.
    public enum Rights: Int, Sendable, Comparable {
        /// To read, and to change nothing.
        case read
        /// To change messages and their flags.
        case write
        /// To change mailboxes too.
        case manage

        public static func < (one: Rights, other: Rights) -> Bool { one.rawValue < other.rawValue }
    }

    public let user: Int64
    public let address: String
    public let rights: Rights
    /// Whether the member may send as it.
    public let sends: Bool

    package init(user: Int64, address: String, rights: Rights, sends: Bool) {
        (self.user, self.address, self.rights, self.sends) = (user, address, rights, sends)
    }
}

/// Why somebody may send as an address, or may not.
package enum SenderRight: Sendable, Equatable {
    /// It leads to the user.
    case itself
    /// It leads to this shared mailbox alone, which the user sends for.
    case sharedMailbox(UserRecord)
    /// - Parameter only: whom alone the address leads to; nil: to nobody, or to several.
    case none(only: UserRecord?)
}

extension Directory {
    /// The shared mailboxes that a member has access to, sorted by address. Those that are deleted, or that nobody may open meanwhile
    /// (suspended logins), are not among them. All of the tenant are read together: they are few, and most tenants have none.
    package func sharedMailboxes(of member: Int64, patiently: Bool = true) async throws(StoreError) -> [SharedMailbox] {
        if let shared { return shared[member] ?? [] }
        let loading = currentLoading()
        return try await loading.outcome(patiently: patiently).get()[member] ?? []
    }

    /// One for all who ask, and for a moment after it failed.
    private func currentLoading() -> SharedLoading {
        if let loading = sharedLoading, loading.generation == generation { return loading }
        let loading = SharedLoading(of: generation)
        sharedLoading = loading
        EventLoopActor.task { [self] in
            do throws(StoreError) {
                let loaded = try await loadShared()
                if loading.generation == generation { shared = loaded }
                loading.end(.success(loaded))
            } catch {
                loading.end(.failure(error))
                await EventLoopActor.sleep(for: SharedLoading.pause)
            }
            if sharedLoading === loading { sharedLoading = nil }
        }
        return loading
    }

    /// The members of a shared mailbox with their rights, sorted by address.
    func members(of shared: SharedMailbox) async throws(StoreError) -> [(address: String, rights: SharedMailbox.Rights)] {
        let result = try await database.query("""
            SELECT m.local_part || '@' || d.name, a.rights
            FROM shared_access a JOIN users m ON m.tenant_id = a.tenant_id AND m.user_id = a.member_id
                JOIN domains d ON d.tenant_id = m.tenant_id AND d.domain_id = m.domain_id
            WHERE a.tenant_id = $1 AND a.user_id = $2 AND m.deleted_at IS NULL ORDER BY 1
            """, [.int8(tenant), .int8(shared.user)])
        var members: [(address: String, rights: SharedMailbox.Rights)] = []
        for row in result.rows {
            members.append(try StoreError.reading { () throws(PostgresError) in
                (try row.text(0), SharedMailbox.Rights(named: try row.text(1)))
            })
        }
        return members
    }

    /// The number of the shared mailbox that has this address, whoever may open it; nil: there is none.
    func sharedMailbox(at address: String) async throws(StoreError) -> Int64? {
        let result = try await database.query("""
            SELECT u.user_id FROM users u JOIN domains d USING (tenant_id, domain_id)
            WHERE u.tenant_id = $1 AND u.local_part || '@' || d.name = $2 AND u.shared AND u.deleted_at IS NULL
            """, [.int8(tenant), .text(address)])
        guard let row = result.first else { return nil }
        return try StoreError.reading { () throws(PostgresError) in try row.int8(0) }
    }

    private func loadShared() async throws(StoreError) -> [Int64: [SharedMailbox]] {
        let result = try await database.query("""
            SELECT a.member_id, a.user_id, u.local_part || '@' || d.name, a.rights, a.sends AND NOT 'outgoing' = ANY (u.suspended)
            FROM shared_access a JOIN users u USING (tenant_id, user_id) JOIN domains d USING (tenant_id, domain_id)
            WHERE a.tenant_id = $1 AND u.shared AND u.deleted_at IS NULL AND NOT 'login' = ANY (u.suspended) ORDER BY 3
            """, [.int8(tenant)])
        var loaded: [Int64: [SharedMailbox]] = [:]
        for row in result.rows {
            try StoreError.reading { () throws(PostgresError) in
                loaded[try row.int8(0), default: []].append(SharedMailbox(
                    user: try row.int8(1), address: try row.text(2), rights: SharedMailbox.Rights(named: try row.text(3)),
                    sends: try row.bool(4)))
            }
        }
        return loaded
    }
}

extension SharedMailbox.Rights {
    /// As `shared_access` has them; one that we do not know allows the least.
    fileprivate init(named name: String) {
        switch name {
        case "manage": self = .manage
        case "write": self = .write
        default: self = .read
        }
    }
}
