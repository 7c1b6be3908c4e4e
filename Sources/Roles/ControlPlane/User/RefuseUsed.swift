import AdminAPI
import Postgres

/// What an address may be, one of them at a time; a shared mailbox is made and renamed as a user.
enum AddressKind: Sendable { case user, alias, group }

extension Provisioning {
    /// Refuses an address that is something already. Nobody can take it meanwhile: its domain is locked. Also for a transaction that sees
    /// what is deleted.
    /// - Parameter kind: what it is to be.
    func refuseUsed(
        _ address: String, localPart: String, at place: (tenant: Int64, domain: Int64), as kind: AddressKind,
        in transaction: PostgresTransaction
    ) async throws {
        let found = try await transaction.query(
            """
            SELECT EXISTS (SELECT FROM users WHERE tenant_id = $1 AND domain_id = $2 AND local_part = $3 AND deleted_at IS NULL),
                EXISTS (SELECT FROM aliases WHERE tenant_id = $1 AND domain_id = $2 AND local_part = $3),
                EXISTS (SELECT FROM groups WHERE tenant_id = $1 AND domain_id = $2 AND local_part = $3),
                EXISTS (
                    SELECT FROM users WHERE tenant_id = $1 AND domain_id = $2 AND local_part = $3 AND deleted_at IS NULL AND shared)
            """, [.int8(place.tenant), .int8(place.domain), .text(localPart)])
        guard let row = found.first else { return }
        if try row.bool(3) { throw AdminError.isShared(address) }
        if try row.bool(0) { throw kind == .user ? AdminError.userExists(address) : AdminError.isUser(address) }
        if try row.bool(1) { throw kind == .alias ? AdminError.aliasExists(address) : AdminError.isAlias(address) }
        if try row.bool(2) { throw kind == .group ? AdminError.groupExists(address) : AdminError.isGroup(address) }
    }
}

/// For what is one thing, and may not become another.
extension AdminError {
    static func isUser(_ address: String) -> AdminError {
        AdminError(
            .alreadyExists, "\(address) is a user.",
            hint: "Choose another address; `forward set` has a user's mail go on to others.")
    }
    static func isAlias(_ address: String) -> AdminError {
        AdminError(.alreadyExists, "\(address) is an alias.", hint: "Delete the alias first, or choose another address.")
    }
    static func isGroup(_ address: String) -> AdminError {
        AdminError(.alreadyExists, "\(address) is a group.", hint: "Delete the group first, or choose another address.")
    }
    static func userExists(_ address: String) -> AdminError {
        AdminError(.alreadyExists, "The user \(address) exists already.")
    }
    fileprivate static func aliasExists(_ address: String) -> AdminError {
        AdminError(.alreadyExists, "The alias \(address) exists already.", hint: "Delete it first to give it other targets.")
    }
    fileprivate static func groupExists(_ address: String) -> AdminError {
        AdminError(.alreadyExists, "The group \(address) exists already.", hint: "`group set` and `group add` change it.")
    }
}
