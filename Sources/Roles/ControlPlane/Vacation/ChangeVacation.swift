import AdminAPI
import Postgres

extension Provisioning {
    /// `vacation set`: what was set before is replaced.
    func setVacation(_ request: AdminRequest<NewVacation>) async throws -> Vacation {
        try await setVacation(request.body, of: request.path.require("address"))
    }

    /// - Parameter owner: who asks for it, and proved to be the address's user; nil: an administrator.
    func setVacation(_ new: NewVacation, of address: EmailAddress, owner: OwnAccounts.Owner? = nil) async throws -> Vacation {
        try new.validate()
        let tenant = try await change { transaction in
            let keys = try await holder(of: address, owner, in: transaction)
            _ = try await transaction.query(
                """
                INSERT INTO vacations (tenant_id, user_id, subject, body, first_day, last_day, days)
                VALUES ($1, $2, $3, $4, $5::text::date, $6::text::date, $7::bigint)
                ON CONFLICT (tenant_id, user_id) DO UPDATE SET subject = excluded.subject, body = excluded.body,
                    first_day = excluded.first_day, last_day = excluded.last_day, days = excluded.days
                """,
                [
                    .int8(keys.tenant), .int8(keys.user), .text(new.subject), .text(new.text), .optionalText(new.from?.text),
                    .optionalText(new.until?.text), .int8(Int64(new.days ?? NewVacation.usualDays)),
                ])
            return keys.tenant
        }
        directoryChanged(of: tenant)
        return try await vacation(of: address)
    }

    /// `vacation clear`.
    func clearVacation(_ request: AdminRequest<Nothing>) async throws -> Nothing {
        try await clearVacation(of: request.path.require("address"))
        return Nothing()
    }

    /// - Parameter owner: as of `setVacation`.
    func clearVacation(of address: EmailAddress, owner: OwnAccounts.Owner? = nil) async throws {
        let tenant = try await change { transaction in
            let keys = try await holder(of: address, owner, in: transaction)
            let gone = try await transaction.query(
                "DELETE FROM vacations WHERE tenant_id = $1 AND user_id = $2", [.int8(keys.tenant), .int8(keys.user)])
            guard gone.affected == 1 else { throw AdminError.noVacation(address) }
            return keys.tenant
        }
        directoryChanged(of: tenant)
    }

    /// A shared mailbox has vacations too, and no login.
    private func holder(
        of address: EmailAddress, _ owner: OwnAccounts.Owner?, in transaction: PostgresTransaction
    ) async throws -> (tenant: Int64, user: Int64) {
        if owner == nil { try await find(address, in: transaction) } else { try await account(address, owner, in: transaction) }
    }

    /// `vacation show`.
    func showVacation(_ request: AdminRequest<Nothing>) async throws -> Vacation {
        let address: EmailAddress = try request.path.require("address")
        _ = try await user(address)
        return try await vacation(of: address)
    }

    /// `vacation list`.
    func listVacations(_ request: AdminRequest<Nothing>) async throws -> [Vacation] {
        let (tenant, domain) = try await filters(of: request)
        return try await vacations(domain: domain, tenant: tenant)
    }

    func vacation(of address: EmailAddress) async throws -> Vacation {
        guard let vacation = try await vacations(of: address).first else { throw AdminError.noVacation(address) }
        return vacation
    }

    /// By address.
    func vacations(of address: EmailAddress? = nil, domain: DomainName? = nil, tenant: TenantName? = nil) async throws -> [Vacation] {
        let wanted = RowFilter(localPart: "u.local_part", of: address, domain: domain, tenant: tenant)
        let result = try await database.query(
            """
            SELECT u.local_part || '@' || d.name, t.name, v.subject, v.body, v.first_day::text, v.last_day::text, v.days::bigint
            FROM vacations v JOIN users u USING (tenant_id, user_id) JOIN domains d USING (tenant_id, domain_id)
                JOIN tenants t USING (tenant_id)
            WHERE \(wanted.sql)
            ORDER BY d.name, u.local_part
            """, wanted.parameters)
        return try result.rows.map { row in
            Vacation(
                address: try row.name(0), tenant: try row.name(1), subject: try row.text(2), text: try row.text(3),
                from: try row.optionalText(4).map { try Day($0) }, until: try row.optionalText(5).map { try Day($0) },
                days: Int(try row.int8(6)))
        }
    }
}

extension AdminError {
    static func noVacation(_ address: EmailAddress) -> AdminError {
        AdminError(.notFound, "\(address) has no vacation set.", hint: "`vacation list` shows all.")
    }
}
