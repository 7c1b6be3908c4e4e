import AdminAPI
import Postgres
import Runtime

/// Destroys what was deleted and whose grace period is over, unless a legal hold keeps it. Each by itself, recorded as done by "system".
@EventLoopActor
final class DeletionSweep {
    private static let interval = Duration.seconds(3600)

    private let provisioning: Provisioning
    private var journal: Journal { provisioning.journal }

    init(_ provisioning: Provisioning) { self.provisioning = provisioning }

    /// Now, and every hour for as long as the process lives.
    func start() {
        EventLoopActor.task {
            while true {
                await self.sweep()
                await EventLoopActor.sleep(for: Self.interval)
            }
        }
    }

    private func sweep() async {
        do {
            for overdue in try await provisioning.overdueDeletions() { await destroy(overdue) }
            try await provisioning.forgetReleasedMessages()
        } catch {
            journal.warning("what was deleted could not be looked through", ["error": "\(error)"])
        }
    }

    private func destroy(_ overdue: OverdueDeletion) async {
        var event = AuditLog.Entry(
            caller: "system", role: nil, origin: "local", command: "\(overdue.level.rawValue) delete", target: "\(overdue.name) --now",
            tenant: overdue.tenantName.text, result: "done")
        do {
            // Asked by itself, so that what waits for years is not in the log every hour.
            guard try await provisioning.isFree(overdue) else { return }
            event.begun = await provisioning.audit.begin(event)
            guard event.begun != nil else { return }
            if try await provisioning.destroy(overdue) {
                journal.info(
                    "what was deleted is destroyed",
                    ["level": overdue.level.rawValue, "name": overdue.name, "tenant": overdue.tenantName.text])
            } else {
                event.result = AdminError.Code.conflict.rawValue
            }
        } catch {
            event.result = AdminError.Code.serverFault.rawValue
            journal.error("what was deleted could not be destroyed", ["name": overdue.name, "error": "\(error)"])
        }
        if event.begun != nil { await provisioning.audit.append(event) }
    }
}

/// What the sweep found.
struct OverdueDeletion: Sendable {
    var level: KeptLevel
    var name: String
    var tenant: Int64, tenantName: TenantName
    /// Its own number.
    var id: Int64
    /// Of what is in a domain.
    var domain: Int64?

    var doomed: Doomed {
        switch level {
        case .tenant: .tenant(tenant)
        case .domain: .domain(tenant: tenant, domain: id)
        case .user: .user(tenant: tenant, user: id)
        case .alias, .group: .address(tenant: tenant, domain: domain ?? 0)
        }
    }
}

extension Provisioning {
    /// What nothing keeps any more, what is in a domain before it, and domains before their tenants.
    func overdueDeletions() async throws -> [OverdueDeletion] {
        try await change { transaction in
            try await showDeleted(in: transaction)
            return try await transaction.query(
                """
                SELECT k.level, k.name, t.tenant_id, t.name, k.id, k.domain_id FROM (
                    SELECT 1 AS rank, 'user' AS level, u.local_part || '@' || d.name AS name, tenant_id, u.user_id AS id, domain_id,
                        u.kept_until
                    FROM users u JOIN domains d USING (tenant_id, domain_id) WHERE u.deleted_at IS NOT NULL
                    UNION ALL
                    SELECT 1, a.kind, a.local_part || '@' || d.name, tenant_id, a.kept_id, domain_id, a.kept_until
                    FROM kept_addresses a JOIN domains d USING (tenant_id, domain_id)
                    UNION ALL
                    SELECT 2, 'domain', name, tenant_id, domain_id, domain_id, kept_until FROM domains
                    WHERE deleted_at IS NOT NULL AND NOT deleted_with_tenant
                    UNION ALL
                    SELECT 3, 'tenant', name, tenant_id, tenant_id, NULL, kept_until FROM tenants WHERE deleted_at IS NOT NULL
                ) k JOIN tenants t USING (tenant_id) WHERE k.kept_until <= now() ORDER BY k.rank, k.id
                """
            ).rows.map { row in
                OverdueDeletion(
                    level: KeptLevel(rawValue: try row.text(0)) ?? .user, name: try row.text(1), tenant: try row.int8(2),
                    tenantName: try row.name(3), id: try row.int8(4), domain: try row.optionalInt8(5))
            }
        }
    }

    /// Whether neither a legal hold keeps it nor its worker runs still.
    func isFree(_ overdue: OverdueDeletion) async throws -> Bool {
        let isHeld = try await change { transaction in
            try await showDeleted(in: transaction)
            return try await hold(on: overdue.doomed, in: transaction) != nil
        }
        return !isHeld && (overdue.level != .tenant || !workers.hasDoors(of: overdue.tenant))
    }

    /// - Returns: false when a legal hold keeps it, its worker runs still, or it was brought back or destroyed meanwhile.
    func destroy(_ overdue: OverdueDeletion) async throws -> Bool {
        switch overdue.level {
        case .tenant: return try await destroyOverdueTenant(overdue)
        case .alias, .group: return try await destroy(overdue, from: "kept_addresses", by: "kept_id")
        case .domain, .user:
            let (table, column) = overdue.level == .domain ? ("domains", "domain_id") : ("users", "user_id")
            let destroyed = try await destroy(overdue, from: table, by: column)
            // A user's were forgotten with the deletion: somebody else may have the address by now.
            if destroyed, overdue.level == .domain, let name = try? DomainName(overdue.name) { forgetLogins(in: name) }
            if destroyed { directoryChanged(of: overdue.tenant) }
            return destroyed
        }
    }

    private func destroy(_ overdue: OverdueDeletion, from table: String, by column: String) async throws -> Bool {
        try await destroying(overdue.name) {
            try await change { transaction in
                try await showDeleted(in: transaction)
                // As who sets a hold does.
                _ = try await transaction.query("SELECT 1 FROM tenants WHERE tenant_id = $1 FOR NO KEY UPDATE", [.int8(overdue.tenant)])
                guard try await hold(on: overdue.doomed, in: transaction) == nil else { return false }
                return try await transaction.query(
                    "DELETE FROM \(table) WHERE tenant_id = $1 AND \(column) = $2 AND deleted_at IS NOT NULL AND kept_until <= now()",
                    [.int8(overdue.tenant), .int8(overdue.id)]
                ).affected == 1
            }
        }
    }

    private func destroyOverdueTenant(_ overdue: OverdueDeletion) async throws -> Bool {
        guard let name = try? TenantName(overdue.name), try await keptTenant(name) == overdue.id else { return false }
        guard try await isFree(overdue) else { return false }
        return try await destroyTenant(overdue.id, called: name, whileIt: .isOverdue)
    }

    /// Messages that holds kept from their users, whom none concerns any more.
    func forgetReleasedMessages() async throws {
        try await change { transaction in
            try await showDeleted(in: transaction)
            _ = try await transaction.query(
                """
                DELETE FROM held_messages m USING users u
                WHERE u.tenant_id = m.tenant_id AND u.user_id = m.user_id AND NOT EXISTS (
                    SELECT FROM holds h
                    WHERE h.tenant_id = u.tenant_id AND \(HoldRule.covers(domain: "u.domain_id", user: "u.user_id")))
                """)
        }
    }
}
