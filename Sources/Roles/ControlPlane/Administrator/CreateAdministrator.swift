import AdminAPI
import Cryptography
import Postgres

extension Provisioning {
    /// `administrator create`: with a one-time password, which the answer shows once.
    func createAdministrator(_ request: AdminRequest<NewAdministrator>) async throws -> AdministratorSecrets {
        let new = request.body
        try Self.check(new.role, request.caller)
        try new.password.validate()
        let place = try await place(of: new, for: request.caller)
        if let place { try await requireRoom(for: new.name, in: place.tenant) }
        try await check(new.password, of: .administrator(new.name))
        let password = try new.password.resolved()
        let hash = try await hashing.hash(password.text, for: callingParty)
        let (oneTime, sealed) = try sessions.newOneTimePassword()
        try await insert(new, at: place, hash: hash, totp: sealed)
        // Whoever had the name before may have gone with what it administered.
        forgetLogins(account: AdministratorSessions.account(new.name))
        return AdministratorSecrets(
            name: new.name, generatedPassword: password.isGenerated ? password.text : nil,
            oneTimePassword: oneTime.address(issuer: "Casella", account: new.name.text))
    }

    /// Of a tenant, with those of its domains: its administrators make others, whose names are nobody else's then.
    private static let mostOfTenant = 1_000

    private func requireRoom(for name: AdministratorName, in tenant: Int64) async throws {
        let found = try await database.query("SELECT count(*) FROM administrators WHERE administered_tenant = $1", [.int8(tenant)])
        guard try found.first?.int8(0) ?? 0 < Self.mostOfTenant else {
            throw AdminError(
                .conflict, "There is no room for \(name): a tenant has \(Self.mostOfTenant) administrators at most.",
                hint: "`administrator delete` removes one.")
        }
    }

    private func insert(_ new: NewAdministrator, at place: Place?, hash: String, totp: [UInt8]) async throws {
        do {
            _ = try await database.query(
                """
                INSERT INTO administrators (name, role, administered_tenant, administered_domain, hash, totp_secret)
                VALUES ($1, $2, $3, $4, $5, $6)
                """,
                [
                    .text(new.name.text), .text(new.role.rawValue), .optionalInt8(place?.tenant), .optionalInt8(place?.domain), .text(hash),
                    .bytea(totp),
                ])
        } catch {
            guard error.sqlState == .uniqueViolation else { throw error }
            throw AdminError(.alreadyExists, "An administrator \(new.name) exists already.", hint: "Names are unique on the platform.")
        }
    }

    private struct Place: Sendable {
        var tenant: Int64
        var domain: Int64?
    }

    /// Where the role is held; nil for the platform.
    private func place(of new: NewAdministrator, for caller: AdminCaller) async throws -> Place? {
        switch new.role.reach {
        case .platform:
            guard new.tenant == nil, new.domain == nil else {
                throw AdminError(.invalid, "The role \(new.role.rawValue) is of the platform: it takes no tenant and no domain.")
            }
            return nil
        case .tenant:
            guard new.domain == nil, let name = new.tenant ?? caller.part?.tenantName else {
                throw AdminError(.invalid, "The role \(new.role.rawValue) is held in a tenant.", hint: "Say which with --tenant.")
            }
            return Place(tenant: try await tenant(name).id, domain: nil)
        case .domain:
            guard let name = new.domain else {
                throw AdminError(.invalid, "The role \(new.role.rawValue) is held in a domain.", hint: "Say which with --domain.")
            }
            let owner = try await domain(name).tenant
            guard new.tenant == nil || new.tenant == owner else {
                throw AdminError(.invalid, "The domain \(name) is not of tenant \(new.tenant?.text ?? "").")
            }
            let keys = try await change { transaction in try await lockDomain(name, in: transaction) }
            return Place(tenant: keys.tenant, domain: keys.domain)
        }
    }
}
