import AdminAPI
import Postgres

extension Provisioning {
    /// `group set`.
    func setGroup(_ request: AdminRequest<GroupChange>) async throws -> Group {
        let new = request.body
        guard new.posting != nil || new.owners != nil else {
            throw AdminError(.invalid, "Nothing is to be changed.", hint: "Give --posting or --owner.")
        }
        return try await changeGroup(request.path.require("address")) { place, transaction in
            if let posting = new.posting {
                _ = try await transaction.query(
                    "UPDATE groups SET posting = $4 WHERE tenant_id = $1 AND domain_id = $2 AND local_part = $3",
                    place.parameters + [.text(posting.rawValue)])
            }
            if let owners = new.owners { try await setOwners(owners, of: place, in: transaction) }
        }
    }

    /// `group add`.
    func addMembers(_ request: AdminRequest<GroupMembers>) async throws -> Group {
        try await changeGroup(request.path.require("address")) { place, transaction in
            try await add(request.body.members, to: place, in: transaction)
            try await refuseCircle(through: place, in: transaction)
        }
    }

    /// `group remove`.
    func removeMembers(_ request: AdminRequest<GroupMembers>) async throws -> Group {
        let gone = request.body.members.map(\.text)
        return try await changeGroup(request.path.require("address")) { place, transaction in
            _ = try await transaction.query(
                """
                DELETE FROM group_members WHERE tenant_id = $1 AND domain_id = $2 AND local_part = $3
                    AND lower(address) IN (SELECT lower(a) FROM unnest($4::text[]) AS a)
                """, place.parameters + [.textArray(gone)])
        }
    }

    /// `group delete`: addresses that lead to the group stay.
    func deleteGroup(_ request: AdminRequest<Nothing>) async throws -> Deletion {
        let address: EmailAddress = try request.path.require("address")
        return try await delete(.group, AliasAddress(address), DeletionWish(request))
    }

    private func changeGroup(
        _ address: EmailAddress, _ body: (GroupPlace, PostgresTransaction) async throws -> Void
    ) async throws -> Group {
        let tenant = try await change { transaction in
            let place = try await findGroup(address, in: transaction)
            try await body(place, transaction)
            return place.tenant
        }
        directoryChanged(of: tenant)
        return try await group(address)
    }

    /// The domain's row stays as it is until the transaction ends, so that two changes of a group do not overlook each other.
    private func findGroup(_ address: EmailAddress, in transaction: PostgresTransaction) async throws -> GroupPlace {
        let keys = try await lockDomain(address.domain, in: transaction)
        let place = GroupPlace(tenant: keys.tenant, domain: keys.domain, localPart: address.localPart)
        let found = try await transaction.query(
            "SELECT 1 FROM groups WHERE tenant_id = $1 AND domain_id = $2 AND local_part = $3", place.parameters)
        guard !found.isEmpty else { throw AdminError.noGroup(address) }
        return place
    }

    // MARK: Members and owners

    /// Adds members who are not there yet; in whatever case an address is written, it is one.
    func add(_ members: [TargetAddress], to place: GroupPlace, in transaction: PostgresTransaction) async throws {
        var known: Set<[UInt8]> = []
        let new = members.map(\.text).filter { known.insert(Array($0.lowercased().utf8)).inserted }
        _ = try await transaction.query(
            """
            INSERT INTO group_members (tenant_id, domain_id, local_part, address)
            SELECT $1, $2, $3, a FROM unnest($4::text[]) AS a
            WHERE NOT EXISTS (
                SELECT FROM group_members WHERE tenant_id = $1 AND domain_id = $2 AND local_part = $3 AND lower(address) = lower(a))
            """, place.parameters + [.textArray(new)])
        let count = try await transaction.query(
            "SELECT count(*) FROM group_members WHERE tenant_id = $1 AND domain_id = $2 AND local_part = $3", place.parameters)
        guard try count.first?.int8(0) ?? 0 <= Group.maximumMembers else {
            throw AdminError(
                .invalid, "A group has at most \(Group.maximumMembers) members.",
                hint: "Groups may be members of a group: part them.")
        }
    }

    /// Owners are people of the tenant: mail that fails comes back to one of them, and they send as the group.
    func setOwners(_ owners: [TargetAddress], of place: GroupPlace, in transaction: PostgresTransaction) async throws {
        guard owners.count <= Group.maximumOwners else {
            throw AdminError(.invalid, "A group has at most \(Group.maximumOwners) owners.")
        }
        _ = try await transaction.query(
            "UPDATE groups SET owners = $4 WHERE tenant_id = $1 AND domain_id = $2 AND local_part = $3",
            place.parameters + [.textArray(owners.map(\.text))])
        guard !owners.isEmpty else { return }
        // Owners may be of another domain of the tenant than the caller administers.
        try await database.leavePart(in: transaction)
        let names = try await transaction.query(
            "SELECT name FROM domains WHERE tenant_id = $1 UNION ALL SELECT name FROM domain_aliases WHERE tenant_id = $1",
            [.int8(place.tenant)])
        let own = Set(try names.rows.map { try $0.text(0) })
        if let stranger = owners.first(where: { !own.contains($0.domain.text) }) {
            throw AdminError(
                .invalid, "\(stranger) is no address of the group's tenant.", hint: "Owners are users or aliases of the tenant.")
        }
    }
}
