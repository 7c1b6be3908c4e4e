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

    func add(_ client: Connection, tenant: Int64, user: Int64) -> Int {
        next += 1
        entries[next] = Entry(tenant: tenant, user: user, client: client)
        return next
    }

    func remove(_ session: Int) { entries[session] = nil }

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
