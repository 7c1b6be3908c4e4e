import Postgres
import Runtime

/// Writes down what each tenant holds, a row a day. What is looked at between is in the day's peak.
@EventLoopActor
final class UsageRecorder {
    private static let interval = Duration.seconds(600)

    private let database: PostgresPool
    private let journal: Journal

    init(database: PostgresPool, journal: Journal) { (self.database, self.journal) = (database, journal) }

    /// For as long as the process lives.
    func start() {
        EventLoopActor.task {
            while true {
                do { try await self.record() } catch {
                    self.journal.warning("usage could not be recorded", ["error": "\(error)"])
                }
                await EventLoopActor.sleep(for: Self.interval)
            }
        }
    }

    func record() async throws {
        _ = try await database.query(
            """
            INSERT INTO usage_by_day AS known
            SELECT t.name, (now() AT TIME ZONE 'UTC')::date, (SELECT count(*) FROM domains d WHERE d.tenant_id = t.tenant_id),
                (SELECT count(*) FROM users u JOIN domains d USING (tenant_id, domain_id) WHERE u.tenant_id = t.tenant_id),
                coalesce(g.messages, 0), coalesce(g.bytes, 0), coalesce(g.bytes, 0), coalesce(k.bytes, 0)
            FROM tenants t LEFT JOIN tenant_usage g USING (tenant_id)
                LEFT JOIN (SELECT tenant_id, sum(bytes)::bigint AS bytes FROM kept_usage(NULL) GROUP BY tenant_id) k USING (tenant_id)
            ON CONFLICT (tenant, day) DO UPDATE SET domains = excluded.domains, users = excluded.users, messages = excluded.messages,
                bytes = excluded.bytes, peak_bytes = greatest(known.peak_bytes, excluded.bytes), kept_bytes = excluded.kept_bytes
            """)
    }
}
