import AdminAPI
import Glibc
import Postgres
import Runtime

extension Provisioning {
    /// `tenant delete`: its sessions end, its worker stops and its doors close; its rows and files are kept until the grace period ends.
    /// Its name stays its own meanwhile. Mail that it has handed in is sent on.
    func deleteTenant(_ request: AdminRequest<Nothing>) async throws -> Deletion {
        let name: TenantName = try request.path.require("name")
        let wish = DeletionWish(request)
        guard let id = try await tenants(named: name).first?.id else {
            guard wish.now, let kept = try await keptTenant(name) else { throw AdminError.noTenant(name) }
            guard try await destroyTenant(kept, called: name, whileIt: .isDeleted) else {
                throw AdminError(.conflict, "The tenant \(name) was brought back at the same moment.")
            }
            return .destroyed
        }
        let doomed = Doomed.tenant(id)
        let period: GracePeriod? = try await change { transaction in
            let period = wish.now ? .atOnce : try await gracePeriod(of: id, in: transaction)
            try await showDeleted(in: transaction)
            if wish.now { try await requireNoHold(on: doomed, called: name.text, in: transaction) }
            // What is held is kept until the sweep finds it released.
            let isHeld = try await hold(on: doomed, in: transaction) != nil
            return period == .atOnce && !isHeld ? nil : period
        }
        guard let period else {
            try await destroyLiveTenant(id, called: name)
            return .destroyed
        }
        let deletion: Deletion
        do {
            deletion = try await change { transaction in try await keep(id, called: name, wish, period, in: transaction) }
        } catch {
            closeLeftDoors(of: id, called: name, after: error)
            throw error
        }
        if !isRehearsal { await closeDeleted(id) }
        return deletion
    }

    /// What sessions are told.
    nonisolated static let goodbye = "This account is deleted"

    /// Once it is committed.
    func closeDeleted(_ tenant: Int64) async {
        await domainsChanged()
        endSessions(tenant: tenant, user: nil, reason: Self.goodbye)
        await workers.close(tenant)
        workers.forget(tenant)
    }

    /// Where the answer to the commit that was to delete a tenant is lost, it may be deleted: that is asked until the database answers.
    func closeLeftDoors(of tenant: Int64, called name: TenantName, after error: any Error) {
        guard (error as? PostgresError)?.mayHaveCommitted == true, !isRehearsal else { return }
        EventLoopActor.task { [self] in
            var answers = 0
            for _ in 0..<Self.questions {
                if let found = try? await tenants(named: name) {
                    guard workers.hasDoors(of: tenant) else { return }
                    if found.first?.id != tenant { return await closeDeleted(tenant) }
                    answers += 1
                    // A server that has lost its client may be at the commit still.
                    if answers == Self.answersThatItIsThere { return }
                }
                await EventLoopActor.sleep(for: .seconds(1))
            }
        }
    }

    static let answersThatItIsThere = 10

    /// Its domains are deleted with it, so that whoever looks for one finds none.
    func keep(
        _ tenant: Int64, called name: TenantName, _ wish: DeletionWish, _ period: GracePeriod, in transaction: PostgresTransaction
    ) async throws -> Deletion {
        try await showDeleted(in: transaction)
        let parameters = wish.parameters(period) + [.int8(tenant)]
        let kept = try await transaction.query(
            "UPDATE tenants SET \(DeletionWish.state) WHERE tenant_id = $3 AND deleted_at IS NULL RETURNING kept_until", parameters)
        guard let row = kept.first else { throw AdminError.noTenant(name) }  // at the same moment
        _ = try await transaction.query(
            "UPDATE domains SET \(DeletionWish.state), deleted_with_tenant = true WHERE tenant_id = $3 AND deleted_at IS NULL", parameters)
        return try Deletion(kept: row)
    }

    private func destroyLiveTenant(_ tenant: Int64, called name: TenantName) async throws {
        // Its worker goes on, and is not to wait for rows that are deleted and come back: that its end is allowed is all that is tried.
        guard !isRehearsal else { return }
        endSessions(tenant: tenant, user: nil, reason: Self.goodbye)
        await workers.close(tenant)
        do {
            guard try await destroyTenant(tenant, called: name, whileIt: .isThere) else { throw AdminError.noTenant(name) }
        } catch {
            // Its files alone may be left, and then nobody is to write there.
            if let left = try? await tenants(named: name), left.isEmpty { workers.forget(tenant) } else { try workers.reopen(tenant) }
            throw error
        }
        workers.forget(tenant)
    }

    /// What a tenant has to be still when it is destroyed: what was found a moment ago may have been brought back meanwhile.
    enum DoomedTenantState: String, Sendable {
        case isThere = "true", isDeleted = "deleted_at IS NOT NULL", isOverdue = "deleted_at IS NOT NULL AND kept_until <= now()"
    }

    /// Rows, SQL role, queued mail and directory of a tenant whose worker does not run.
    /// - Returns: false when it is not in that state any more; then nothing is touched.
    func destroyTenant(_ tenant: Int64, called name: TenantName, whileIt state: DoomedTenantState) async throws -> Bool {
        let domains: [DomainName]? = try await destroying(name.text) {
            try await change { transaction in
                try await showDeleted(in: transaction)
                let found = try await transaction.query(
                    "SELECT 1 FROM tenants WHERE tenant_id = $1 AND \(state.rawValue) FOR UPDATE", [.int8(tenant)])
                guard !found.isEmpty else { return nil }
                // Nobody brings it back meanwhile: the row is locked.
                if state != .isThere { try requireClosedDoors(of: tenant, called: name) }
                try await requireNoHold(on: .tenant(tenant), called: name.text, in: transaction)
                let domains = try await transaction.query("SELECT name FROM domains WHERE tenant_id = $1", [.int8(tenant)])
                if !isRehearsal { try await remove(tenant, in: transaction) }
                return try domains.rows.map { try $0.name(0) }
            }
        }
        guard let domains, !isRehearsal else { return domains != nil }
        for domain in domains { forgetLogins(in: domain) }
        await domainsChanged()
        await queue.forget(tenant: tenant)
        try await removeFiles(of: tenant)
        return true
    }

    /// A tenant is deleted before its worker has ended, which takes a while.
    func requireClosedDoors(of tenant: Int64, called name: TenantName) throws(AdminError) {
        guard !workers.hasDoors(of: tenant) else {
            throw AdminError(.conflict, "The tenant \(name) is being deleted at this moment.", hint: "Try again in a few seconds.")
        }
    }

    /// The key of a deleted tenant; nil when there is none of that name.
    func keptTenant(_ name: TenantName) async throws -> Int64? {
        try await change { transaction in
            try await showDeleted(in: transaction)
            return try await transaction.query(
                "SELECT tenant_id FROM tenants WHERE name = $1 AND deleted_at IS NOT NULL", [.text(name.text)]
            ).first?.int8(0)
        }
    }

    /// First out of the way under a name that says what it is, so that a deletion that is interrupted goes on at the next start.
    private func removeFiles(of tenant: Int64) async throws {
        rmdir(directory.tenantSocketDirectory(tenant))
        let doomed = directory.deletedTenantDirectory(tenant)
        rename(directory.tenantDirectory(tenant), doomed)
        try await FileSystem.removeTree(doomed)
    }
}
