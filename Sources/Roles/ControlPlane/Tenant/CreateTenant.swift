import AdminAPI
import Postgres
import Runtime

extension Provisioning {
    /// `tenant create`: the row, its lease, its SQL role, its directories and its doors; all of it or nothing.
    func createTenant(_ request: AdminRequest<NewTenant>) async throws -> Tenant {
        let new = request.body
        try new.quota?.validate(at: .tenant)
        let plan = new.plan ?? .standard
        _ = try await self.plan(plan)
        let id: Int64
        do {
            id = try await change { transaction in
                let id = try await insert(new, in: transaction)
                try await equip(id, in: transaction)
                return id
            }
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            throw AdminError.tenantExists(new.name, try await keptNote(.tenant, of: new.name.text))
        } catch {
            openMissingDoors(of: new.name, after: error)
            throw error
        }
        try await openDoors(of: id, called: new.name)
        return try await tenant(new.name)
    }

    /// Its row and its lease.
    func insert(_ new: NewTenant, in transaction: PostgresTransaction) async throws -> Int64 {
        let made = try await transaction.query(
            """
            INSERT INTO tenants (name, quota_bytes, quota_messages, plan) VALUES ($1, $2, $3, $4) RETURNING tenant_id
            """, [.text(new.name.text)] + new.quota.parameters(at: .tenant) + [.text((new.plan ?? .standard).text)])
        guard let id = try made.first?.int8(0) else { throw PostgresError(kind: .usage, message: "no tenant_id came back") }
        _ = try await transaction.query("INSERT INTO leases (tenant_id, epoch) VALUES ($1, 0)", [.int8(id)])
        return id
    }

    /// Its SQL role and its directories: last in a transaction, for who makes another tenant waits for the role. Directories stay behind
    /// when the transaction does not commit; no other tenant has their number.
    func equip(_ tenant: Int64, in transaction: PostgresTransaction) async throws {
        try await roles.make(for: tenant, in: transaction)
        if !isRehearsal { try directory.prepareTenant(tenant) }
    }

    /// Once it is committed. A tenant whose doors cannot be opened does not stay.
    func openDoors(of tenant: Int64, called name: TenantName) async throws {
        guard !isRehearsal else { return }
        do {
            try workers.add(tenant, name: name)
        } catch {
            try await change { transaction in try await remove(tenant, in: transaction) }
            throw error
        }
    }

    /// Where the answer to the commit that was to make a tenant is lost, it may be there: that is asked until the database answers.
    func openMissingDoors(of name: TenantName, after error: any Error) {
        guard (error as? PostgresError)?.mayHaveCommitted == true, !isRehearsal else { return }
        EventLoopActor.task { [self] in
            var answers = 0
            for _ in 0..<Self.questions {
                if let found = try? await tenants(named: name) {
                    if let tenant = found.first { return await openMissingDoors(of: tenant) }
                    answers += 1
                    // The server may be at the commit still, as in `closeLeftDoors`.
                    if answers == Self.answersThatItIsThere { return }
                }
                await EventLoopActor.sleep(for: .seconds(1))
            }
        }
    }

    /// Its domains are told to the gateway also where the doors are open, which who deleted it may have left so.
    private func openMissingDoors(of tenant: Tenant) async {
        if !workers.hasDoors(of: tenant.id) {
            do { try workers.add(tenant.id, name: tenant.name) } catch {
                journal.error("the doors of a tenant cannot be opened", ["tenant": tenant.name.text, "error": "\(error)"])
            }
        }
        await domainsChanged()
    }

    /// A second apart; after that a start of the control plane opens them.
    static let questions = 300

    func remove(_ tenant: Int64, in transaction: PostgresTransaction) async throws {
        _ = try await transaction.query("DELETE FROM tenants WHERE tenant_id = $1", [.int8(tenant)])
        try await roles.drop(for: tenant, in: transaction)
    }
}

extension AdminError {
    /// - Parameter kept: of one that is deleted, and has its name still.
    static func tenantExists(_ name: TenantName, _ kept: (says: String, change: String)?) -> AdminError {
        guard let kept else { return AdminError(.alreadyExists, "The tenant \(name) exists already.") }
        return AdminError(
            .alreadyExists, "The tenant \(name) exists already. \(kept.says)",
            hint: "`\(kept.change)` brings it back, `tenant delete --now \(name)` makes the name free.")
    }
}
