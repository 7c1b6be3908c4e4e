import Postgres
import Runtime

/// Tells the owners of quotas when they fill up: each threshold once, and again only after usage fell well below it.
///
/// The ledger says when usage crosses something (`usageCrossed`), the doors when they refuse (`refused`). What is to be told
/// is then decided from the rows of usage, limits and earlier warnings, one review after the other. A warning is first written
/// down as pending, then delivered under an id that follows from its row, then marked: whatever dies in between, the next
/// review (there is one at each start) delivers it again, and the id makes a repeat no second mail.
@EventLoopActor
final class QuotaWarnings {
    typealias Sender = @EventLoopActor (QuotaWarning, TenantStore) async -> QuotaWarning.Outcome

    struct Key: Hashable {
        let scope: QuotaScope
        let subject: Int64
        let resource: QuotaResource
    }

    let thresholds: QuotaThresholds
    private weak var store: TenantStore?
    private let send: Sender
    private var users: Set<Int64> = []
    private var isAllDue = false
    /// What refused something while it was nearly full, until usage falls again.
    private var refusing: Set<Key> = []
    private var isWorking = false
    private var isClosed = false

    /// After a review that failed: the database is away.
    private static let pause = Duration.seconds(5)

    init(_ thresholds: QuotaThresholds, for store: TenantStore, by send: @escaping Sender) {
        self.thresholds = thresholds
        self.store = store
        self.send = send
    }

    // MARK: Occasions

    /// Usage of the user, and perhaps of its domain and of the tenant, is on the other side of a threshold or a margin.
    func usageCrossed(by user: Int64) {
        users.insert(user)
        start()
    }

    /// Limits may have changed, or nobody knows what happened before.
    func everythingChanged(after delay: Duration) {
        guard !isAllDue else { return }
        isAllDue = true
        EventLoopActor.task { [self] in
            await EventLoopActor.sleep(for: delay)
            start()
        }
    }

    func refused(_ refusal: QuotaRefusal, user: Int64, domain: Int64, tenant: Int64) {
        let subject = switch refusal.scope {
        case .user: user
        case .domain: domain
        case .tenant: tenant
        }
        let reading = QuotaThresholds.Reading(resource: refusal.resource, used: refusal.used, limit: refusal.limit, hasRefused: true)
        guard thresholds.reached(by: reading) == 100 else { return }
        guard refusing.insert(Key(scope: refusal.scope, subject: subject, resource: refusal.resource)).inserted else { return }
        usageCrossed(by: user)
    }

    func close() { isClosed = true }

    // MARK: Reviews

    private func start() {
        guard !isWorking, !isClosed else { return }
        isWorking = true
        EventLoopActor.task { [self] in
            while !isClosed, isAllDue || !users.isEmpty { await review() }
            isWorking = false
        }
    }

    private func review() async {
        guard let store else { return close() }
        let (all, due) = (isAllDue, users)
        (isAllDue, users) = (false, [])
        do {
            for row in try await rows(all ? nil : due.sorted(), in: store) { try await decide(row, in: store) }
        } catch {
            guard error != .leaseLost else { return close() }
            Log.warning("quota warnings wait for the mail store", ["tenant": "\(store.tenant)", "error": "\(error)"])
            isAllDue = isAllDue || all
            users.formUnion(due)
            await EventLoopActor.sleep(for: Self.pause)
        }
    }

    /// Read in a turn of the write queue, so that every change before it is among what is read.
    private func rows(_ users: [Int64]?, in store: TenantStore) async throws(StoreError) -> [QuotaWarningRow] {
        let reading = QuotaWarningRow.statement(tenant: store.tenant, users: users, lowest: thresholds.lowest)
        let answer = Answer()
        try await store.queue.perform(alone: true) { batch throws(StoreError) in
            if users == nil { batch.run(before: QuotaWarningRow.forgetting(tenant: store.tenant)) }
            batch.run(after: reading)
            batch.onCommit { answer.result = $0.afterResults.last }
        }
        guard let result = answer.result else { throw .unavailable(reason: "quotas could not be reviewed") }
        return try StoreError.reading { () throws(PostgresError) in
            var rows: [QuotaWarningRow] = []
            for row in result.rows { rows.append(try QuotaWarningRow(row)) }
            return rows
        }
    }

    @EventLoopActor
    private final class Answer {
        var result: PostgresResult?
    }

    private func decide(_ row: QuotaWarningRow, in store: TenantStore) async throws(StoreError) {
        var reading = row.reading
        reading.hasRefused = refusing.contains(row.key)
        let reached = thresholds.reached(by: reading), standing = thresholds.standing(row.told, by: reading)
        if reached > row.told {
            try await write(row, percent: reached, armed: row.armed, .pending, in: store)
            try await tell(row, percent: reached, in: store)
        } else if row.state == .pending {
            try await tell(row, percent: row.told, in: store)
        } else if standing < row.told {
            refusing.remove(row.key)
            try await write(row, percent: standing, armed: row.armed + 1, row.state, in: store)
        }
    }

    private func tell(_ row: QuotaWarningRow, percent: Int, in store: TenantStore) async throws(StoreError) {
        let limit = row.reading.limit ?? 0
        let warning = QuotaWarning(
            scope: row.scope, subject: row.subject, name: row.name, domains: row.domains, resource: row.reading.resource,
            percent: percent, used: row.reading.used, limit: limit, armedBelow: percent - QuotaThresholds.margin,
            identity: "quota warning \(store.tenant) \(row.scope) \(row.subject) \(row.reading.resource) \(percent) \(row.armed)")
        let outcome = await send(warning, store)
        Log.notice("a quota fills up", [
            "level": row.scope.rawValue, "name": row.name, "resource": row.reading.resource.rawValue, "percent": "\(percent)",
            "used": "\(row.reading.used)", "limit": "\(limit)", "warning": outcome.rawValue,
        ])
        guard outcome != .pending else { throw .unavailable(reason: "a quota warning could not be delivered yet") }
        try await write(row, percent: percent, armed: row.armed, outcome, in: store)
    }

    private func write(
        _ row: QuotaWarningRow, percent: Int, armed: Int64, _ state: QuotaWarning.Outcome, in store: TenantStore
    ) async throws(StoreError) {
        let statement = row.statement(tenant: store.tenant, percent: percent, armed: armed, state)
        try await store.queue.perform { batch throws(StoreError) in batch.run(before: statement) }
    }
}

extension TenantStore {
    /// Has the owners of quotas told when these parts of a limit, in percent, are reached. `send` delivers a warning; it may
    /// be called again for one that was delivered already.
    public func warn(
        at percents: [Int], by send: @escaping @EventLoopActor (QuotaWarning, TenantStore) async -> QuotaWarning.Outcome
    ) {
        let thresholds = QuotaThresholds(percents: percents)
        guard !thresholds.percents.isEmpty else { return }
        let warnings = QuotaWarnings(thresholds, for: self, by: send)
        self.warnings = warnings
        ledger.watch(thresholds) { [weak warnings] in warnings?.usageCrossed(by: $0) }
        ledger.onRefusal = { [weak self] in self?.noteRefusal($0, of: $1) }
        // What an earlier worker left; not now, when somebody waits for this one's first answer.
        warnings.everythingChanged(after: .seconds(1))
    }

    private func noteRefusal(_ refusal: QuotaRefusal, of user: Int64) {
        guard let domain = ledger.users[user]?.domain else { return }
        warnings?.refused(refusal, user: user, domain: domain, tenant: tenant)
    }
}
