import AdminAPI
import Postgres

/// A user who is right in itself: what is left to ask is whether there is room for it.
struct UserToMake: Sendable {
    var address: EmailAddress
    /// Left out: as the tenant's plan says.
    var quota: QuotaChange?
    /// nil: nobody can log in.
    var hash: String?
    var mustChange: PasswordDemand?
    /// A shared mailbox, which has no hash.
    var isShared = false
}

/// What was found at an address that a user is to have.
enum PlaceOfUser: Sendable {
    case free(tenant: Int64, domain: Int64), exists
    case refused(AdminError)
}

extension NewUser {
    /// - Throws: `AdminError` for what is wrong whatever else there is.
    func validate() throws(AdminError) {
        try quota?.validate(at: .user)
        try password?.validate(takesHash: true)
        try mustChange?.validate()
        guard mustChange == nil || password != nil else {
            throw AdminError(.invalid, "Without a password there is none to be changed.", hint: "Give one, or have one generated.")
        }
    }
}

extension Provisioning {
    /// What is at these addresses, in their order: an address is a user, a shared mailbox, an alias or a group. Two statements, however
    /// many they are.
    ///
    /// The domains' rows stay as they are until the transaction ends, so that the answer stays true.
    func places(of addresses: [EmailAddress], in transaction: PostgresTransaction) async throws -> [PlaceOfUser] {
        let locked = try await transaction.query(
            "SELECT name, tenant_id, domain_id FROM domains WHERE name = ANY ($1) ORDER BY tenant_id, domain_id FOR NO KEY UPDATE",
            [.textArray(Array(Set(addresses.map(\.domain.text))))])
        var domains: [String: (tenant: Int64, domain: Int64)] = [:]
        for row in locked.rows { domains[try row.text(0)] = (try row.int8(1), try row.int8(2)) }
        let keys = addresses.map { domains[$0.domain.text] ?? (0, 0) }  // no domain has the key 0
        let found = try await transaction.query(
            """
            SELECT EXISTS (SELECT FROM users u WHERE (u.tenant_id, u.domain_id, u.local_part) = (a.tenant_id, a.domain_id, a.local_part)),
                EXISTS (SELECT FROM aliases l WHERE (l.tenant_id, l.domain_id, l.local_part) = (a.tenant_id, a.domain_id, a.local_part)),
                EXISTS (SELECT FROM groups g WHERE (g.tenant_id, g.domain_id, g.local_part) = (a.tenant_id, a.domain_id, a.local_part)),
                EXISTS (
                    SELECT FROM users u
                    WHERE (u.tenant_id, u.domain_id, u.local_part) = (a.tenant_id, a.domain_id, a.local_part) AND u.shared)
            FROM unnest($1::bigint[], $2::bigint[], $3::text[]) WITH ORDINALITY AS a (tenant_id, domain_id, local_part, number)
            ORDER BY number
            """,
            [.int8Array(keys.map(\.tenant)), .int8Array(keys.map(\.domain)), .textArray(addresses.map(\.localPart))])
        return try zip(addresses, found.rows).map { address, row in
            guard let keys = domains[address.domain.text] else { return .refused(.noDomain(address.domain)) }
            guard try !row.bool(3) else { return .refused(.isShared(address.text)) }
            if try row.bool(0) { return .exists }
            guard try !row.bool(1) else { return .refused(.isAlias(address.text)) }
            guard try !row.bool(2) else { return .refused(.isGroup(address.text)) }
            return .free(tenant: keys.tenant, domain: keys.domain)
        }
    }

    /// Makes those whose places are free, with two statements; the transaction has asked for their places.
    func make(_ users: [UserToMake], at places: [PlaceOfUser], in transaction: PostgresTransaction) async throws {
        var made: [(user: UserToMake, tenant: Int64, domain: Int64)] = []
        for (user, place) in zip(users, places) {
            if case .free(let tenant, let domain) = place { made.append((user, tenant, domain)) }
        }
        guard !made.isEmpty else { return }
        let inserted = try await transaction.query(
            """
            INSERT INTO users (tenant_id, domain_id, local_part, quota_bytes, quota_messages, shared)
            SELECT m.*, m.local_part || '@' || m.domain_id = ANY ($6)
            FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[])
                AS m (tenant_id, domain_id, local_part, quota_bytes, quota_messages)
            RETURNING tenant_id, user_id, domain_id, local_part
            """,
            [
                .int8Array(made.map(\.tenant)), .int8Array(made.map(\.domain)), .textArray(made.map(\.user.address.localPart)),
                .optionalInt8Array(made.map { $0.user.quota?.bytes?.stored(at: .user) }),
                .optionalInt8Array(made.map { $0.user.quota?.messages?.limit }),
                .textArray(made.filter(\.user.isShared).map { "\($0.user.address.localPart)@\($0.domain)" }),
            ])
        var known: [[UInt8]: UserToMake] = [:]  // by octets, as the tables have them
        for one in made { known[Array("\(one.domain) \(one.user.address.localPart)".utf8)] = one.user }
        var credentials: (tenants: [Int64], users: [Int64], hashes: [String], within: [Int64?]) = ([], [], [], [])
        for row in inserted.rows {
            let place = Array("\(try row.int8(2)) \(try row.text(3))".utf8)
            guard let user = known[place], let hash = user.hash, !user.isShared else { continue }
            credentials.tenants.append(try row.int8(0))
            credentials.users.append(try row.int8(1))
            credentials.hashes.append(hash)
            credentials.within.append(user.mustChange?.within)
        }
        guard !credentials.hashes.isEmpty else { return }
        _ = try await transaction.query(
            """
            INSERT INTO credentials (tenant_id, user_id, hash, change_by)
            SELECT tenant_id, user_id, hash, now() + within * interval '1 second'
            FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[]) AS made (tenant_id, user_id, hash, within)
            """,
            [
                .int8Array(credentials.tenants), .int8Array(credentials.users), .textArray(credentials.hashes),
                .optionalInt8Array(credentials.within),
            ])
    }
}
