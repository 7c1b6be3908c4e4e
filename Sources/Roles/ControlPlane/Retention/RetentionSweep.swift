import AdminAPI
import Postgres
import Runtime

/// Has workers remove what has been in mailboxes for trash and junk for longer than the plan says, or what goes before it (`trashDays`,
/// `junkDays`): once a day, and when that becomes something else. A worker is started where there is something to remove, and only there.
@EventLoopActor
final class RetentionSweep {
    /// Between two looks at which tenants are due, and between two sweeps of one tenant.
    private static let pause = Duration.seconds(10), period = Duration.seconds(86_400), periodAfterProblem = Duration.seconds(3_600)

    private struct Sweep {
        let days: Days
        let next: ContinuousClock.Instant
    }

    struct Days: Equatable {
        let trash: Int64?, junk: Int64?
        /// Another number whenever what is said of single users is another; nil: nothing is.
        let users: Int64?
    }

    private let provisioning: Provisioning
    private var sweeps: [Int64: Sweep] = [:]

    init(_ provisioning: Provisioning) { self.provisioning = provisioning }

    /// For as long as the process lives.
    func start() {
        EventLoopActor.task {
            while true {
                await self.look()
                await EventLoopActor.sleep(for: Self.pause)
            }
        }
    }

    private func look() async {
        do {
            let limited = try await provisioning.tenantsWithRetention()
            sweeps = sweeps.filter { limited[$0.key] != nil }
            for (tenant, days) in limited.sorted(by: { $0.key < $1.key }) {
                if let last = sweeps[tenant], last.days == days, last.next > .now { continue }
                let isDone = await sweep(tenant)
                sweeps[tenant] = Sweep(days: days, next: .now + (isDone ? Self.period : Self.periodAfterProblem))
            }
        } catch {
            provisioning.journal.warning("mailboxes for trash and junk could not be looked through", ["error": "\(error)"])
        }
    }

    private func sweep(_ tenant: Int64) async -> Bool {
        let problem: String
        do {
            guard try await provisioning.hasExpiredMessages(tenant) else { return true }
            guard let said = await provisioning.workers.removeExpired(of: tenant) else { return true }
            problem = said
        } catch {
            problem = "\(error)"
        }
        provisioning.journal.warning(
            "what is old could not be removed from trash and junk; trying again later", ["tenant": "\(tenant)", "problem": problem])
        return false
    }
}

extension Provisioning {
    /// Few users have days of their own, and an index finds them (`0038_retention_of_users.sql`).
    func tenantsWithRetention() async throws -> [Int64: RetentionSweep.Days] {
        let found = try await database.query(
            """
            WITH own AS MATERIALIZED (
                SELECT tenant_id, bit_xor(
                    hashtextextended(jsonb_build_array(user_id, limits -> 'trashDays', limits -> 'junkDays')::text, 0)) AS users
                FROM users WHERE limits ?| '{trashDays,junkDays}' GROUP BY tenant_id)
            SELECT tenant_id, trash, junk, users FROM (
                SELECT tenant_id, limit_number(planned || limits, 'trashDays') AS trash, limit_number(planned || limits, 'junkDays') AS junk
                FROM tenants) t LEFT JOIN own USING (tenant_id)
            WHERE trash IS NOT NULL OR junk IS NOT NULL OR users IS NOT NULL
            """, [])
        var days: [Int64: RetentionSweep.Days] = [:]
        for row in found.rows {
            days[try row.int8(0)] = .init(trash: try row.optionalInt8(1), junk: try row.optionalInt8(2), users: try row.optionalInt8(3))
        }
        return days
    }

    /// As the worker finds them (`RemovingExpired.swift`): row-level security hides deleted users, and those of deleted domains.
    func hasExpiredMessages(_ tenant: Int64) async throws -> Bool {
        let found = try await database.query(
            """
            WITH limits AS MATERIALIZED (SELECT tenant_limits($1) AS limits),
                k AS MATERIALIZED (
                    SELECT u.user_id, special_use, least(limit_number(l.limits || u.limits, n.name), 36500)::int AS days
                    FROM limits l, (VALUES ('\\Trash', 'trashDays'), ('\\Junk', 'junkDays')) AS n (special_use, name),
                        users u JOIN domains d ON d.tenant_id = $1 AND d.domain_id = u.domain_id
                    WHERE u.tenant_id = $1)
            SELECT EXISTS (
                SELECT FROM k JOIN mailboxes b ON b.tenant_id = $1 AND b.user_id = k.user_id AND b.special_use = k.special_use
                    JOIN messages m ON m.tenant_id = $1 AND m.mailbox_id = b.mailbox_id AND m.saved_at < now() - k.days * interval '1 day'
                WHERE k.days IS NOT NULL)
            """, [.int8(tenant)])
        return try found.first?.bool(0) ?? false
    }
}
