import AdminAPI
import Postgres

extension Undertaking {
    /// Whether a tenant that the undone apply made, or brought back, goes with what is in it. Its own administrators never take it away.
    var isToDeleteTenant: Bool {
        guard undoes != nil, caller.part == nil, case .tenant(let tenant) = desired else { return false }
        return tenant.gone?.tenant == true
    }
}

extension Provisioning {
    /// What came into a tenant since the apply that is undone, as a sentence that says why it stays; nil when nothing did.
    /// - Parameters:
    ///   - gone: what the apply brought, deleted by now or not.
    ///   - goal: what is left in it.
    func whatCameSince(
        to tenant: Int64, called name: TenantName, beside gone: GoneFromTenant?, _ goal: TenantState, in transaction: PostgresTransaction
    ) async throws -> String? {
        func stays(_ reason: String) -> String { "The tenant \(name) stays, for \(reason)." }
        if let domain = goal.domains.keys.min(by: { $0.text < $1.text }) { return stays("the domain \(domain) is in it") }
        try await showDeleted(in: transaction)
        let found = try await transaction.query(
            """
            SELECT 'the domain ' || name || ', which is deleted, is kept in it' FROM domains
            WHERE tenant_id = $1 AND deleted_at IS NOT NULL AND name <> ALL ($2)
            UNION ALL SELECT name || ' administers it' FROM administrators WHERE administered_tenant = $1 AND administered_domain IS NULL
            UNION ALL SELECT 'it claims the domain ' || name FROM domain_claims WHERE tenant_id = $1
            ORDER BY 1 LIMIT 1
            """, [.int8(tenant), .textArray((gone?.domains ?? []).map(\.text))])
        try await hideDeleted(in: transaction)
        return try found.first.map { stays(try $0.text(0)) }
    }

    /// All of it is kept for as long as its plan says, and where that is not at all, by a legal hold on anything in it.
    func findDeletion(
        of reading: TenantReading, _ changes: [TenantChange], _ keeping: inout Keeping, in transaction: PostgresTransaction
    ) async throws {
        let period = try await gracePeriod(of: reading.id, in: transaction)
        try await showDeleted(in: transaction)
        let isHeld = try await hold(on: .tenant(reading.id), in: transaction) != nil
        try await hideDeleted(in: transaction)
        (keeping.fate, keeping.period, keeping.destroysTenant) = (.goes, period, period == .atOnce && !isHeld)
        keeping.until = period == .atOnce ? nil : try await end(of: period, in: transaction)
        let sorted = SortedChanges(changes)
        keeping.destroyedUsers = keeping.destroysTenant ? Set(sorted.goneUsers) : []
        keeping.destroyedDomains = keeping.destroysTenant ? Set(sorted.goneDomains) : []
    }

    /// Of a tenant that is deleted and kept: the undo of the undo that deleted it brings it back, and what made it is undone already.
    func prepareDeleted(
        _ desired: DesiredTenant, _ undertaking: Undertaking, _ kept: (says: String, change: String), locked: Bool,
        in transaction: PostgresTransaction
    ) async throws -> PreparedTenant {
        guard let undone = undertaking.undoes else { throw AdminError.tenantExists(desired.name, kept) }
        try await showDeleted(in: transaction)
        // What an apply deleted has the time of that apply, since both are that of one transaction.
        let deleted = try await transaction.query(
            """
            SELECT t.tenant_id, t.deleted_at = a.applied_at FROM tenants t JOIN applies a ON a.number = $2
            WHERE t.name = $1 AND t.deleted_at IS NOT NULL
            """, [.text(desired.name.text), .int8(undone)])
        try await hideDeleted(in: transaction)
        guard let row = deleted.first else { throw Self.moved(desired.name) }
        if try row.bool(1) { return try await comingBack(try row.int8(0), desired.name, undone, locked: locked, in: transaction) }
        guard undertaking.isToDeleteTenant else {
            throw AdminError(
                .conflict, "The tenant \(desired.name) is deleted. \(kept.says)", hint: "`\(kept.change)` brings it back.")
        }
        return try await Self.unchanged(desired.name, undoing: undone)
    }

    /// - Parameter locked: else it is only looked at, and stays deleted.
    private func comingBack(
        _ tenant: Int64, _ name: TenantName, _ undone: Int64, locked: Bool, in transaction: PostgresTransaction
    ) async throws -> PreparedTenant {
        if !locked { try await transaction.execute("SAVEPOINT looked") }
        try await undelete(tenant, called: name, in: transaction)
        try await hideDeleted(in: transaction)
        guard let reading = try await readTenant(name, locked: locked, in: transaction) else { throw Self.moved(name) }
        if !locked { try await transaction.execute("ROLLBACK TO SAVEPOINT looked") }
        return try await Self.withAll(name, reading, undoing: undone)
    }

    /// Nothing is left to do.
    private static func unchanged(_ name: TenantName, undoing undone: Int64) async throws -> PreparedTenant {
        let reading = TenantReading.absent, keeping = Keeping()
        return PreparedTenant(
            name: name, reading: reading, goal: reading.state, changes: [], planned: LimitSet(), keeping: keeping, undoes: undone,
            successors: [], fingerprint: try await reading.fingerprint(keeping))
    }

    /// - Parameter reading: of all that comes back.
    @concurrent private nonisolated static func withAll(
        _ name: TenantName, _ reading: TenantReading, undoing undone: Int64
    ) async throws -> PreparedTenant {
        var keeping = Keeping()
        (keeping.fate, keeping.usersBack) = (.comesBack, reading.numbers)
        let changes = TenantState.changes(from: TenantState(settings: reading.state.settings), to: reading.state)
        return PreparedTenant(
            name: name, reading: reading, goal: reading.state, changes: changes, planned: reading.planned, keeping: keeping,
            undoes: undone, successors: [], fingerprint: try await reading.fingerprint(keeping))
    }
}
