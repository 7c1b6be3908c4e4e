import AdminAPI
import Postgres

/// What becomes of what an apply deletes; and of an undo, what is there still of those that it brings back.
struct Keeping: Sendable {
    /// How long what goes is kept. nil: nothing goes.
    var period: GracePeriod?
    /// The end of it, if it began now. nil: it has none.
    var until: Timestamp?
    /// With a period of none, what no legal hold keeps: it is destroyed.
    var destroyedUsers: Set<EmailAddress> = []
    var destroyedDomains: Set<DomainName> = []
    /// Users who come back as they were, and their numbers; those of a domain that does too are among them.
    var usersBack: [EmailAddress: Int64] = [:]
    /// Users who are kept, and whose address somebody else has by now.
    var usersSucceeded: [EmailAddress] = []
    var domainsBack: [DomainName: Int64] = [:]
    /// The other names that those domains have still.
    var namesBack: [DomainName: DomainName] = [:]
    /// Of an undo: the keys that wait for domains whose keys would go, by who made them.
    var waitingKeys = WaitingKeys()
    /// Domain aliases that go, and have keys that sign.
    var signingAliases: [DomainName] = []
    /// What becomes of the tenant itself; and when it goes, whether it is destroyed.
    var fate = TenantFate.stays, destroysTenant = false
    /// Why a tenant stays that would go.
    var tenantStays: String?

    /// For the fingerprint: what is shown of it.
    var lines: [String] {
        (period.map { ["keeps \($0)"] } ?? []) + destroyedUsers.map { "destroys \($0)" }.sorted()
            + destroyedDomains.map { "destroys \($0)" }.sorted() + usersBack.map { "back \($0) \($1)" }.sorted()
            + domainsBack.map { "back \($0) \($1)" }.sorted() + waitingKeys.made.map { "keys \($0)" }.sorted()
            + waitingKeys.others.map { "other keys \($0)" }.sorted() + signingAliases.map { "signing \($0)" }
            + ["tenant \(fate.rawValue) \(destroysTenant) \(tenantStays ?? "")"]
    }
}

extension Provisioning {
    /// Finds it for changes that are to be made. The transaction does not see what is deleted, before and afterwards.
    func keeping(
        of changes: [TenantChange], _ reading: TenantReading, _ undertaking: Undertaking, in transaction: PostgresTransaction
    ) async throws -> Keeping {
        var keeping = Keeping()
        guard reading.id != 0 else { return keeping }
        let sorted = SortedChanges(changes)
        if !(sorted.goneUsers.isEmpty && sorted.goneDomains.isEmpty && sorted.goneAliases.isEmpty && sorted.goneGroups.isEmpty) {
            let period = try await gracePeriod(of: reading.id, in: transaction)
            keeping.period = period
            if period == .atOnce {
                try await findDestroyed(by: sorted, of: reading, &keeping, in: transaction)
            } else {
                keeping.until = try await end(of: period, in: transaction)
            }
        }
        try await findSigningAliases(among: sorted.namesGoneAlone(from: reading.state), of: reading.id, &keeping, in: transaction)
        if let undone = undertaking.undoes { try await findKept(by: undone, sorted, of: reading, &keeping, in: transaction) }
        return keeping
    }

    private func findSigningAliases(
        among names: [DomainName], of tenant: Int64, _ keeping: inout Keeping, in transaction: PostgresTransaction
    ) async throws {
        guard !names.isEmpty else { return }
        let signing = try await transaction.query(
            "SELECT DISTINCT alias FROM dkim_keys WHERE tenant_id = $1 AND alias = ANY ($2) AND state = 'active' ORDER BY 1",
            [.int8(tenant), .textArray(names.map(\.text))])
        keeping.signingAliases = try signing.rows.map { try $0.name(0) }
    }

    func end(of period: GracePeriod, in transaction: PostgresTransaction) async throws -> Timestamp? {
        try await transaction.query("SELECT now() + $1::bigint * interval '1 day'", [period.parameter])
            .first?.optionalTimestamp(0).map { Timestamp(microsecondsSince1970: $0) }
    }

    /// A domain is kept by a hold on it, and by one on a user in it, deleted or not.
    private func findDestroyed(
        by changes: SortedChanges, of reading: TenantReading, _ keeping: inout Keeping, in transaction: PostgresTransaction
    ) async throws {
        let going = Set(changes.goneDomains)
        try await showDeleted(in: transaction)
        let domains = try await transaction.query(
            """
            SELECT d.name FROM domains d WHERE d.tenant_id = $1 AND d.name = ANY ($2) AND NOT EXISTS (
                SELECT FROM holds h LEFT JOIN users u ON u.tenant_id = h.tenant_id AND u.user_id = h.user_id WHERE h.tenant_id = $1
                    AND (h.domain_id IS NULL AND h.user_id IS NULL OR h.domain_id = d.domain_id OR u.domain_id = d.domain_id))
            """, [.int8(reading.id), .textArray(going.map(\.text))])
        keeping.destroyedDomains = Set(try domains.rows.map { try $0.name(0) })
        let users = changes.goneUsers.filter { !going.contains($0.domain) }
        let free = try await transaction.query(
            """
            SELECT u.user_id FROM users u WHERE u.tenant_id = $1 AND u.user_id = ANY ($2) AND NOT EXISTS (
                SELECT FROM holds h WHERE h.tenant_id = $1
                    AND (h.domain_id IS NULL AND h.user_id IS NULL OR h.domain_id = u.domain_id OR h.user_id = u.user_id))
            """, [.int8(reading.id), .int8Array(users.compactMap { reading.users[$0]?.id })])
        try await hideDeleted(in: transaction)
        let ids = Set(try free.rows.map { try $0.int8(0) })
        keeping.destroyedUsers = Set(
            changes.goneUsers.filter { address in
                keeping.destroyedDomains.contains(address.domain) || reading.users[address].map { ids.contains($0.id) } == true
            })
    }

    /// What an apply deleted has the time of that apply, since both are that of one transaction.
    private func findKept(
        by undone: Int64, _ changes: SortedChanges, of reading: TenantReading, _ keeping: inout Keeping, in transaction: PostgresTransaction
    ) async throws {
        try await showDeleted(in: transaction)
        let results = try await transaction.pipeline(
            Keeping.statements.map { PostgresStatement($0, [.int8(reading.id), .int8(undone)]) })
        try await hideDeleted(in: transaction)
        guard results.count == Keeping.statements.count else { return }
        let domains = Set(changes.domains.new.map(\.name)), users = Set(changes.users.filter { $0.old == nil }.map(\.address))
        for row in results[0].rows where domains.contains(try row.name(0)) { keeping.domainsBack[try row.name(0)] = try row.int8(1) }
        for row in results[1].rows where keeping.domainsBack[try row.name(1)] != nil {
            keeping.namesBack[try row.name(0)] = try row.name(1)
        }
        for row in results[2].rows {
            let address: EmailAddress = try row.name(0)
            // Who is in a deleted domain comes back with that.
            guard try !row.bool(2) || keeping.domainsBack[address.domain] != nil else { continue }
            if users.contains(address) { keeping.usersBack[address] = try row.int8(1) }
            if reading.users[address] != nil { keeping.usersSucceeded.append(address) }
        }
        keeping.usersSucceeded.sort()
    }
}

extension Keeping {
    /// Domains, their other names, and users who were deleted by themselves or with their domain.
    fileprivate static let statements = [
        """
        SELECT d.name, d.domain_id FROM domains d JOIN applies a ON a.number = $2
        WHERE d.tenant_id = $1 AND d.deleted_at = a.applied_at AND NOT d.deleted_with_tenant
        """,
        """
        SELECT n.name, d.name FROM domain_aliases n JOIN domains d USING (tenant_id, domain_id) JOIN applies a ON a.number = $2
        WHERE d.tenant_id = $1 AND d.deleted_at = a.applied_at
        """,
        """
        SELECT u.local_part || '@' || d.name, u.user_id, d.deleted_at IS NOT NULL
        FROM users u JOIN domains d USING (tenant_id, domain_id) JOIN applies a ON a.number = $2
        WHERE u.tenant_id = $1
            AND (u.deleted_at = a.applied_at AND d.deleted_at IS NULL OR u.deleted_at IS NULL AND d.deleted_at = a.applied_at)
        """,
    ]
}
