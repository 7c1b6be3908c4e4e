import AdminAPI
import Postgres

extension Provisioning {
    /// `mailbox list`: without the members.
    func listSharedMailboxes(_ request: AdminRequest<Nothing>) async throws -> [SharedMailbox] {
        let (tenant, domain) = try await filters(of: request)
        let counts = try await database.query(
            """
            SELECT s.local_part || '@' || d.name, count(*)
            FROM shared_access a JOIN users s USING (tenant_id, user_id) JOIN domains d USING (tenant_id, domain_id)
            JOIN users m ON m.tenant_id = a.tenant_id AND m.user_id = a.member_id
            JOIN domains o ON o.tenant_id = m.tenant_id AND o.domain_id = m.domain_id
            GROUP BY 1
            """)
        var members: [String: Int] = [:]
        for row in counts.rows { members[try row.text(0)] = Int(try row.int8(1)) }
        return try await users(domain: domain, tenant: tenant, shared: true)
            .map { SharedMailbox($0, memberCount: members[$0.address.text] ?? 0) }
    }

    /// `mailbox show`.
    func showSharedMailbox(_ request: AdminRequest<Nothing>) async throws -> SharedMailbox {
        let address: EmailAddress = try request.path.require("address")
        guard try await users(at: address, shared: true).first != nil else { throw AdminError.noSharedMailbox(address) }
        _ = try await currentUser(address)
        return try await sharedMailbox(address)
    }

    /// One with its members. Those who are deleted and kept are none until they are back.
    func sharedMailbox(_ address: EmailAddress) async throws -> SharedMailbox {
        guard let user = try await users(at: address, shared: true).first else { throw AdminError.noSharedMailbox(address) }
        let found = try await database.query(
            """
            SELECT m.local_part || '@' || o.name, a.rights, a.sends
            FROM domains d JOIN users s USING (tenant_id, domain_id) JOIN shared_access a USING (tenant_id, user_id)
            JOIN users m ON m.tenant_id = a.tenant_id AND m.user_id = a.member_id
            JOIN domains o ON o.tenant_id = m.tenant_id AND o.domain_id = m.domain_id
            WHERE d.name = $1 AND s.local_part = $2 ORDER BY o.name, m.local_part
            """, [.text(address.domain.text), .text(address.localPart)])
        let members = try found.rows.map { row in
            SharedMember(address: try row.name(0), rights: SharedRights(rawValue: try row.text(1)) ?? .read, sends: try row.bool(2))
        }
        return SharedMailbox(user, memberCount: members.count, members: members)
    }

    /// The keys of one that is there.
    func findShared(_ address: EmailAddress, in transaction: PostgresTransaction) async throws -> (tenant: Int64, user: Int64) {
        guard let keys = try await findIfThere(address, shared: true, in: transaction) else { throw AdminError.noSharedMailbox(address) }
        return keys
    }

    /// The keys of a user who may have passwords.
    func findWithLogin(_ address: EmailAddress, in transaction: PostgresTransaction) async throws -> (tenant: Int64, user: Int64) {
        if try await findIfThere(address, shared: true, in: transaction) != nil { throw AdminError.hasNoLogin(address) }
        return try await find(address, in: transaction)
    }

    /// Who opens a shared mailbox, deleted or not: their sessions end with it.
    func members(ofShared keys: (tenant: Int64, user: Int64), in transaction: PostgresTransaction) async throws -> [Int64] {
        try await transaction.query(
            "SELECT member_id FROM shared_access WHERE tenant_id = $1 AND user_id = $2", [.int8(keys.tenant), .int8(keys.user)]
        ).rows.map { try $0.int8(0) }
    }
}

extension AdminError {
    static func noSharedMailbox(_ address: EmailAddress) -> AdminError {
        AdminError(.notFound, "There is no shared mailbox \(address).", hint: "`mailbox list` shows all.")
    }
    static func hasNoLogin(_ address: EmailAddress) -> AdminError {
        AdminError(
            .conflict, "\(address) is a shared mailbox, and has no login.", hint: "`mailbox add \(address)` lets users open it.")
    }
    static func isShared(_ address: String) -> AdminError {
        AdminError(
            .alreadyExists, "\(address) is a shared mailbox.",
            hint: "`mailbox show \(address)` shows it; choose another address for something else.")
    }
}
