import Runtime

/// The logged-in connections that this gateway relays, by whose they are.
@EventLoopActor
final class RelayedSessions {
    private struct Entry {
        var tenant: Int64
        var user: Int64
        var client: Connection
    }

    /// How long a worker has to say good-bye to its client before the connection is cut here.
    private static let farewell = Duration.milliseconds(400)

    private var entries: [Int: Entry] = [:]
    private var next = 0
    private let perUser: Int, perTenant: Int
    private var countByUser: [Int64: Int] = [:], countByTenant: [Int64: Int] = [:]

    init(perUser: Int, perTenant: Int) {
        self.perUser = perUser
        self.perTenant = perTenant
    }

    /// Nil when the user, or its whole tenant, has too many sessions already.
    func add(_ client: Connection, tenant: Int64, user: Int64) -> Int? {
        guard countByUser[user, default: 0] < perUser, countByTenant[tenant, default: 0] < perTenant else { return nil }
        next += 1
        entries[next] = Entry(tenant: tenant, user: user, client: client)
        countByUser[user, default: 0] += 1
        countByTenant[tenant, default: 0] += 1
        return next
    }

    func remove(_ session: Int) {
        guard let entry = entries.removeValue(forKey: session) else { return }
        Self.countDown(&countByUser, entry.user)
        Self.countDown(&countByTenant, entry.tenant)
    }

    private static func countDown(_ counts: inout [Int64: Int], _ key: Int64) {
        guard let count = counts[key] else { return }
        counts[key] = count > 1 ? count - 1 : nil
    }

    var count: Int { entries.count }

    /// Cuts the sessions of a user (of a whole tenant when `user` is nil), after the worker's farewell had time to pass.
    func end(tenant: Int64, user: Int64?) {
        let ending = entries.filter { $0.value.tenant == tenant && (user == nil || $0.value.user == user) }
        guard !ending.isEmpty else { return }
        Task {
            await EventLoopActor.sleep(for: Self.farewell)
            for (session, entry) in ending where entries[session] != nil { await entry.client.close(timeout: .zero) }
        }
    }
}
