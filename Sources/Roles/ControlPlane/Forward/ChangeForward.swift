import AdminAPI
import Postgres

extension Provisioning {
    /// `forward set`: what was set before is replaced.
    func setForward(_ request: AdminRequest<NewForward>) async throws -> Forward {
        let address: EmailAddress = try request.path.require("address")
        let new = request.body
        try new.validate()
        for target in new.to {
            guard let place = try? EmailAddress(target.text), domains.canonical(place) == address else { continue }
            throw AdminError.forwardsToItself(address, target)
        }
        let tenant = try await change { transaction in
            let keys = try await lockDomain(address.domain, in: transaction)
            let place = GroupPlace(tenant: keys.tenant, domain: keys.domain, localPart: address.localPart)
            guard let user = try await findIfThere(address, shared: false, in: transaction)?.user else {
                let isShared = try await findIfThere(address, shared: true, in: transaction) != nil
                throw isShared ? AdminError.forwardsShared(address) : AdminError.noUser(address)
            }
            _ = try await transaction.query(
                """
                INSERT INTO user_forwards (tenant_id, user_id, targets, keeps_copy) VALUES ($1, $2, $3, $4)
                ON CONFLICT (tenant_id, user_id) DO UPDATE SET targets = excluded.targets, keeps_copy = excluded.keeps_copy
                """, [.int8(keys.tenant), .int8(user), .textArray(new.to.map(\.text)), .bool(new.copy)])
            try await refuseDeepGroups(above: place, in: transaction)
            return keys.tenant
        }
        directoryChanged(of: tenant)
        return try await forward(of: address)
    }

    /// `forward clear`.
    func clearForward(_ request: AdminRequest<Nothing>) async throws -> Nothing {
        let address: EmailAddress = try request.path.require("address")
        let tenant = try await change { transaction in
            let keys = try await find(address, in: transaction)
            let gone = try await transaction.query(
                "DELETE FROM user_forwards WHERE tenant_id = $1 AND user_id = $2", [.int8(keys.tenant), .int8(keys.user)])
            guard gone.affected == 1 else { throw AdminError.noForward(address) }
            return keys.tenant
        }
        directoryChanged(of: tenant)
        return Nothing()
    }

    /// `forward show`.
    func showForward(_ request: AdminRequest<Nothing>) async throws -> Forward {
        let address: EmailAddress = try request.path.require("address")
        _ = try await user(address)
        return try await forward(of: address)
    }

    /// `forward list`.
    func listForwards(_ request: AdminRequest<Nothing>) async throws -> [Forward] {
        let (tenant, domain) = try await filters(of: request)
        return try await forwards(domain: domain, tenant: tenant)
    }

    private func forward(of address: EmailAddress) async throws -> Forward {
        guard let forward = try await forwards(of: address).first else { throw AdminError.noForward(address) }
        return forward
    }

    /// By address.
    private func forwards(
        of address: EmailAddress? = nil, domain: DomainName? = nil, tenant: TenantName? = nil
    ) async throws -> [Forward] {
        let wanted = RowFilter(localPart: "u.local_part", of: address, domain: domain, tenant: tenant)
        let result = try await database.query(
            """
            SELECT u.local_part || '@' || d.name, t.name, f.targets, f.keeps_copy
            FROM user_forwards f JOIN users u USING (tenant_id, user_id) JOIN domains d USING (tenant_id, domain_id)
                JOIN tenants t USING (tenant_id)
            WHERE \(wanted.sql)
            ORDER BY d.name, u.local_part
            """, wanted.parameters)
        return try result.rows.map { row in
            Forward(
                address: try row.name(0), tenant: try row.name(1), to: try row.textArray(2).map { try TargetAddress($0) },
                copy: try row.bool(3))
        }
    }
}

extension AdminError {
    fileprivate static func noForward(_ address: EmailAddress) -> AdminError {
        AdminError(.notFound, "\(address) forwards nothing.", hint: "`forward list` shows who does.")
    }
    fileprivate static func forwardsShared(_ address: EmailAddress) -> AdminError {
        AdminError(
            .conflict, "\(address) is a shared mailbox, which forwards nothing.",
            hint: "Have another address lead to it and elsewhere: `alias create`.")
    }
}
