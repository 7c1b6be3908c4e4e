import AdminAPI
import Glibc
import Postgres
import Runtime
import Supervision

/// Who logged in, from where, with which password, on disk: a row for all logins of a day that differ in nothing but their moments.
///
/// Written beside the logins, none of which waits for it: soon while few come; where many do, what comes within `delay` is one statement.
/// Should this process be killed, so much is lost, and when the database is away, what waits longer waits on. Only right logins make rows,
/// so strangers make none, and of a user and a day there are at most `perDay`, and one for each service that counts all beyond.
@EventLoopActor
final class LoginHistory {
    /// Rows of a user and a day that tell client and password.
    static let perDay = 100
    private static let delay = Duration.seconds(2), shortDelay = Duration.milliseconds(50), patience = Duration.seconds(30)
    /// Kinds that may wait to be written, and those of one statement.
    private static let waitingLimit = 20_000, batch = 1_000

    private let database: PostgresPool
    private let journal: Journal
    private var waiting = LoginTallies()
    private var willWrite = false
    /// When what waited was last written.
    private var lastWrite: ContinuousClock.Instant?
    private var writing: Task<Result<Void, PostgresError>, Never>?
    /// Logins for which there was no room.
    private var lost: Int64 = 0

    init(database: PostgresPool, journal: Journal) { (self.database, self.journal) = (database, journal) }

    // MARK: Logins

    func add(_ user: AuthenticatedUser, _ service: ClientService, from client: String) {
        keep(LoginTally(user, service, from: client, at: Int64(time(nil))))
    }

    /// Those that the gateway let in since it had asked shortly before. It is believed that they were, and not when it says what cannot be.
    func add(repeated: [LoginTally]) {
        let now = Int64(time(nil))
        for tally in repeated where tally.canBeRepeated(now: now) { keep(tally) }
    }

    private func keep(_ tally: LoginTally) {
        guard tally.kind.canBeWritten else { return }
        guard waiting.contains(tally.kind) || waiting.count < Self.waitingLimit else {
            lost += tally.logins
            return
        }
        waiting.add(tally)
        let isBusy = lastWrite.map { .now - $0 < Self.delay } ?? false
        writeSoon(after: isBusy ? Self.delay : Self.shortDelay)
    }

    // MARK: Writing

    private func writeSoon(after delay: Duration) {
        guard !willWrite else { return }
        willWrite = true
        EventLoopActor.task { [weak self] in
            await EventLoopActor.sleep(for: delay)
            await self?.writeNow()
        }
    }

    private func writeNow() async {
        (willWrite, lastWrite) = (false, .now)
        do { try await write() } catch {
            journal.warning("logins could not be written to their history; trying again", ["error": "\(error)"])
            writeSoon(after: Self.patience)
        }
        guard lost > 0 else { return }
        journal.warning("there was no room for logins that are missing in their history", ["logins": "\(lost)"])
        lost = 0
    }

    /// Writes all that waits, for whoever reads next.
    func write() async throws(PostgresError) {
        while let writing { _ = await writing.value }
        guard waiting.count > 0 else { return }
        let task = EventLoopActor.task { await self.writeBatches() }
        writing = task
        try await task.value.get()
    }

    private func writeBatches() async -> Result<Void, PostgresError> {
        defer { writing = nil }
        while waiting.count > 0 {
            let batch = waiting.take(atMost: Self.batch)
            do { try await write(batch) } catch {
                for tally in batch { waiting.add(tally) }
                return .failure(error)
            }
        }
        return .success(())
    }

    /// Of users who are there, if only as deleted and kept ones, and stay until it is done.
    private func write(_ tallies: [LoginTally]) async throws(PostgresError) {
        _ = try await database.pipeline([
            // Who reads waits for it: it is tried again instead of waiting for whoever removes or renames a user.
            PostgresStatement("SELECT set_config('casella.shows_deleted', 'on', true), set_config('lock_timeout', '2s', true)"),
            PostgresStatement(
                """
                WITH given AS (
                    SELECT g.*, date '1970-01-01' + g.days::int AS day
                    FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[],
                        $9::bigint[]) AS g (tenant_id, user_id, service, client, app_password, days, first, last, logins)
                    JOIN users u USING (tenant_id, user_id) FOR KEY SHARE OF u),
                placed AS (
                    SELECT g.*, l.number IS NOT NULL
                        OR (SELECT count(*) FROM logins k
                            WHERE k.tenant_id = g.tenant_id AND k.user_id = g.user_id AND k.day = g.day AND k.client <> '')
                        + count(*) FILTER (WHERE l.number IS NULL) OVER (
                            PARTITION BY g.tenant_id, g.user_id, g.day ORDER BY g.first, g.service, g.client, g.app_password) <= $10
                        AS has_room
                    FROM given g LEFT JOIN logins l USING (tenant_id, user_id, day, service, client, app_password))
                INSERT INTO logins AS known (tenant_id, user_id, day, service, client, app_password, first_at, last_at, logins)
                SELECT tenant_id, user_id, day, service, CASE WHEN has_room THEN client ELSE '' END,
                    CASE WHEN has_room THEN app_password ELSE '' END, to_timestamp(min(first)), to_timestamp(max(last)), sum(logins)
                FROM placed GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY min(first)
                ON CONFLICT (tenant_id, user_id, day, service, client, app_password) DO UPDATE
                    SET first_at = least(known.first_at, excluded.first_at), last_at = greatest(known.last_at, excluded.last_at),
                        logins = known.logins + excluded.logins
                """,
                [
                    .int8Array(tallies.map(\.kind.tenant)), .int8Array(tallies.map(\.kind.user)),
                    .textArray(tallies.map(\.kind.service.rawValue)), .textArray(tallies.map(\.kind.client)),
                    .textArray(tallies.map { $0.kind.appPassword ?? "" }), .int8Array(tallies.map(\.kind.day)),
                    .int8Array(tallies.map(\.first)), .int8Array(tallies.map(\.last)), .int8Array(tallies.map(\.logins)),
                    .int8(Int64(Self.perDay)),
                ]),
        ])
    }

    func forgetOld() async throws(PostgresError) {
        _ = try await database.query("DELETE FROM logins WHERE day < (now() AT TIME ZONE 'UTC')::date - \(UserLogin.keptDays)")
    }
}

extension LoginTally.Kind {
    /// What came from clients could not: but it came by way of the gateway.
    fileprivate var canBeWritten: Bool {
        [client, appPassword ?? "its own"].allSatisfy { (1...64).contains($0.utf8.count) && !$0.utf8.contains(0) }
    }
}

extension LoginTally {
    /// The gateway knows a login for a minute, tells of it within seconds, and has none to the account pages.
    fileprivate func canBeRepeated(now: Int64) -> Bool {
        kind.service != .web && (1...1_000_000).contains(logins) && now - 600 <= first && first <= last && last <= now + 1
            && Self.day(of: first) == kind.day && Self.day(of: last) == kind.day
    }
}
