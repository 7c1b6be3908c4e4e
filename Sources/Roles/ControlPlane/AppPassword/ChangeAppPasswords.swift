import AdminAPI
import Postgres
import Supervision

extension Provisioning {
    /// Passwords of one user's devices.
    private static let limit = 50

    /// `app-password create`.
    func createAppPassword(_ request: AdminRequest<NewAppPassword>) async throws -> CreatedAppPassword {
        try await makeAppPassword(request.body, of: request.path.require("address"))
    }

    /// - Parameter owner: who asks for it, and proved to be the address's user a moment ago.
    func makeAppPassword(
        _ new: NewAppPassword, of address: EmailAddress, owner: OwnAccounts.Owner? = nil
    ) async throws -> CreatedAppPassword {
        let services = try Self.services(of: new)
        let password = try PasswordChoice.generate.resolved().text, names = services.map(\.rawValue).sorted()
        let keys: UserKeys, createdAt: Timestamp
        do {
            (keys, createdAt) = try await change { transaction in
                let keys = try await account(address, owner, in: transaction)
                let held = try await transaction.query(
                    "SELECT count(*) FROM app_passwords WHERE tenant_id = $1 AND user_id = $2", [.int8(keys.tenant), .int8(keys.user)])
                guard try held.first?.int8(0) ?? 0 < Self.limit else {
                    throw AdminError(.conflict, "\(address) has \(Self.limit) app passwords already.", hint: "Delete one first.")
                }
                let made = try await transaction.query(
                    """
                    INSERT INTO app_passwords (tenant_id, user_id, name, digest, services) VALUES ($1, $2, $3, $4, $5) RETURNING created_at
                    """,
                    [
                        .int8(keys.tenant), .int8(keys.user), .text(new.name.text),
                        .bytea(try authenticator.appPasswords.digest(of: password, tenant: keys.tenant, user: keys.user)),
                        .textArray(names),
                    ])
                guard let row = made.first else { throw PostgresError(kind: .usage, message: "no created_at came back") }
                return (UserKeys(tenant: keys.tenant, user: keys.user), try row.moment(0))
            }
        } catch let error as PostgresError {
            guard error.sqlState == .uniqueViolation else { throw error }
            throw AdminError(
                .alreadyExists, "\(address) has an app password for \(new.name) already.", hint: "Delete it first, or choose another name.")
        }
        let made = AppPassword(
            address: address, name: new.name, services: names.compactMap(MailService.init(rawValue:)), createdAt: createdAt,
            usedAt: nil, usedFrom: nil)
        tell(keys, at: address, of: .appPasswordMade(new.name.text), by: owner)
        return CreatedAppPassword(appPassword: made, password: password)
    }

    static func services(of new: NewAppPassword) throws(AdminError) -> Set<MailService> {
        let services = new.services.map(Set.init) ?? Set(MailService.ofMailPrograms)
        guard !services.isEmpty else { throw AdminError(.invalid, "An app password is for one service at least.") }
        for service in services { try service.checkForAppPassword() }
        return services
    }

    /// `app-password list`.
    func listAppPasswords(_ request: AdminRequest<Nothing>) async throws -> [AppPassword] {
        let address: EmailAddress = try request.path.require("address")
        _ = try await user(address)
        return try await appPasswords(of: address)
    }

    /// `app-password delete`: the user's mail sessions end, since what they logged in with is not known of each.
    func deleteAppPassword(_ request: AdminRequest<Nothing>) async throws -> Nothing {
        let address: EmailAddress = try request.path.require("address")
        try await removeAppPassword(request.path.require("name"), of: address)
        return Nothing()
    }

    /// - Parameters:
    ///   - listing: the command that shows who asks what there is.
    ///   - owner: as of `makeAppPassword`.
    func removeAppPassword(
        _ name: AppPasswordName, of address: EmailAddress, listing: String = "app-password list", owner: OwnAccounts.Owner? = nil
    ) async throws {
        let keys = try await change { transaction in
            let keys = try await account(address, owner, in: transaction)
            let removed = try await transaction.query(
                "DELETE FROM app_passwords WHERE tenant_id = $1 AND user_id = $2 AND name = $3 RETURNING 1",
                [.int8(keys.tenant), .int8(keys.user), .text(name.text)])
            guard !removed.isEmpty else { throw Self.noAppPassword(name, address, listing) }
            return keys
        }
        // Nobody signs in to the account pages with one.
        endSessions(
            tenant: keys.tenant, user: keys.user, services: ClientService.ofWorkers,
            reason: "A password of yours was revoked; please log in again")
    }

    /// The account that was proved, and not whoever has its address by now; without such a proof, the address's.
    func account(
        _ address: EmailAddress, _ owner: OwnAccounts.Owner?, in transaction: PostgresTransaction
    ) async throws -> (tenant: Int64, user: Int64) {
        guard let owner else { return try await findWithLogin(address, in: transaction) }
        try await requireUnchanged(owner, in: transaction)
        return (owner.keys.tenant, owner.keys.user)
    }

    func appPasswords(of address: EmailAddress) async throws -> [AppPassword] {
        let result = try await database.query(
            """
            SELECT p.name, p.services, p.created_at, p.used_at, p.used_from FROM app_passwords p
            JOIN users u USING (tenant_id, user_id) JOIN domains d USING (tenant_id, domain_id)
            WHERE d.name = $1 AND u.local_part = $2 ORDER BY p.name
            """, [.text(address.domain.text), .text(address.localPart)])
        return try result.rows.map { row in
            AppPassword(
                address: address, name: try row.name(0), services: try row.textArray(1).compactMap(MailService.init(rawValue:)),
                createdAt: try row.moment(2),
                usedAt: try row.optionalTimestamp(3).map { Timestamp(microsecondsSince1970: $0) }, usedFrom: try row.optionalText(4))
        }
    }

    private static func noAppPassword(_ name: AppPasswordName, _ address: EmailAddress, _ listing: String) -> AdminError {
        AdminError(.notFound, "\(address) has no app password for \(name).", hint: "`\(listing) \(address)` shows all.")
    }
}
