import AdminAPI
import Postgres
import Supervision

extension Provisioning {
    /// `mailbox add`: who is a member already has these rights from now on. Sessions end of those whose rights become other ones.
    func addSharedMembers(_ request: AdminRequest<NewSharedMembers>) async throws -> SharedMailbox {
        let new = request.body
        guard (1...SharedMailbox.maximumMembers).contains(new.members.count) else {
            throw AdminError(.invalid, "1 to \(SharedMailbox.maximumMembers) members are added at a time.")
        }
        return try await changeMembers(
            request.path.require("address"), "Your rights in a shared mailbox were changed; please log in again"
        ) { keys, transaction in
            let members = try await findMembers(new.members, of: keys, in: transaction)
            let parameters: [PostgresValue] = [
                .int8(keys.tenant), .int8(keys.user), .int8Array(members.sorted()), .text(new.rights.rawValue), .bool(new.sends),
            ]
            let changed = try await transaction.query(
                """
                UPDATE shared_access SET rights = $4, sends = $5
                WHERE tenant_id = $1 AND user_id = $2 AND member_id = ANY ($3) AND (rights, sends) IS DISTINCT FROM ($4, $5)
                RETURNING member_id
                """, parameters
            ).rows.map { try $0.int8(0) }
            let added = try await transaction.query(
                """
                INSERT INTO shared_access (tenant_id, user_id, member_id, rights, sends)
                SELECT $1, $2, member, $4, $5 FROM unnest($3::bigint[]) AS member ON CONFLICT DO NOTHING RETURNING member_id
                """, parameters
            ).rows.map { try $0.int8(0) }
            // Also members and mailboxes that the caller does not administer count.
            try await database.leavePart(in: transaction)
            guard try await self.members(ofShared: keys, in: transaction).count <= SharedMailbox.maximumMembers else {
                throw AdminError(.invalid, "A shared mailbox has at most \(SharedMailbox.maximumMembers) members.")
            }
            try await requireFewMailboxes(of: added, in: keys.tenant, transaction)
            return changed
        }
    }

    /// `mailbox remove`: the sessions end of those who open it no more. Who is deleted and kept is no member either when brought back.
    func removeSharedMembers(_ request: AdminRequest<GoneSharedMembers>) async throws -> SharedMailbox {
        let gone = request.body.members
        return try await changeMembers(
            request.path.require("address"), "Your access to a shared mailbox has ended; please log in again"
        ) { keys, transaction in
            try await showDeleted(in: transaction)
            return try await transaction.query(
                """
                DELETE FROM shared_access a USING users m, domains o, unnest($3::text[], $4::text[]) AS g (domain, local_part)
                WHERE a.tenant_id = $1 AND a.user_id = $2 AND m.tenant_id = $1 AND m.user_id = a.member_id
                    AND o.tenant_id = $1 AND o.domain_id = m.domain_id AND o.name = g.domain AND m.local_part = g.local_part
                RETURNING a.member_id
                """,
                [.int8(keys.tenant), .int8(keys.user), .textArray(gone.map(\.domain.text)), .textArray(gone.map(\.localPart))]
            ).rows.map { try $0.int8(0) }
        }
    }

    /// The domain's row stays as it is until the transaction ends, so that two changes of a mailbox do not overlook each other.
    /// - Parameter body: returns those whose sessions end.
    private func changeMembers(
        _ address: EmailAddress, _ reason: String,
        _ body: ((tenant: Int64, user: Int64), PostgresTransaction) async throws -> [Int64]
    ) async throws -> SharedMailbox {
        let (tenant, ended) = try await change { transaction in
            _ = try await lockDomain(address.domain, in: transaction)
            let keys = try await findShared(address, in: transaction)
            return (keys.tenant, try await body(keys, transaction))
        }
        directoryChanged(of: tenant)
        for member in ended { endSessions(tenant: tenant, user: member, services: ClientService.ofWorkers, reason: reason) }
        return try await sharedMailbox(address)
    }

    /// Counts those too that are deleted and kept. The tenant's row stays as it is until the transaction ends, so that two changes of
    /// mailboxes in different domains do not overlook each other.
    private func requireFewMailboxes(of members: [Int64], in tenant: Int64, _ transaction: PostgresTransaction) async throws {
        guard !members.isEmpty else { return }
        _ = try await transaction.query("SELECT 1 FROM tenants WHERE tenant_id = $1 FOR NO KEY UPDATE", [.int8(tenant)])
        let over = try await transaction.query(
            """
            SELECT m.local_part || '@' || d.name
            FROM shared_access a JOIN users m ON m.tenant_id = a.tenant_id AND m.user_id = a.member_id
            JOIN domains d ON d.tenant_id = m.tenant_id AND d.domain_id = m.domain_id
            WHERE a.tenant_id = $1 AND a.member_id = ANY ($2) GROUP BY 1 HAVING count(*) > $3 ORDER BY 1 LIMIT 1
            """, [.int8(tenant), .int8Array(members), .int8(Int64(SharedMailbox.maximumPerMember))])
        if let row = over.first { throw AdminError.tooManyMailboxes(of: try row.name(0)) }
    }

    /// One statement, however many they are.
    private func findMembers(
        _ addresses: [EmailAddress], of mailbox: (tenant: Int64, user: Int64), in transaction: PostgresTransaction
    ) async throws -> Set<Int64> {
        let found = try await transaction.query(
            """
            SELECT u.tenant_id, u.user_id, u.shared
            FROM (
                SELECT a.*, d.tenant_id, d.domain_id
                FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS a (domain, local_part, number)
                LEFT JOIN domains d ON d.name = a.domain OFFSET 0) g
            LEFT JOIN users u ON \(GivenAddresses.isAt("u", "g"))
            ORDER BY number
            """, [.textArray(addresses.map(\.domain.text)), .textArray(addresses.map(\.localPart))])
        var members: Set<Int64> = []
        for (address, row) in zip(addresses, found.rows) {
            guard let tenant = try row.optionalInt8(0) else { throw AdminError.noUser(address) }
            guard tenant == mailbox.tenant else {
                throw AdminError(
                    .invalid, "\(address) is a user of another tenant.", hint: "Members are users of the mailbox's tenant.")
            }
            guard try !row.bool(2) else {
                throw AdminError(.invalid, "\(address) is a shared mailbox, which opens no other.", hint: "Members are users.")
            }
            members.insert(try row.int8(1))
        }
        return members
    }
}
