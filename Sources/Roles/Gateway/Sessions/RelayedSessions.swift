import Glibc
import Runtime
import Supervision

/// The logged-in connections that this gateway relays or has handed over, by whose they are.
@EventLoopActor
final class RelayedSessions {
    private struct Entry {
        var user: AuthenticatedUser
        var service: ClientService
        var client: Connection
        /// The client's socket when the worker has it too.
        var socket: Int32?
        /// Seconds since 1970.
        var since: Int64
    }

    /// How long a worker has to say good-bye to its client before the connection is cut here.
    private static let farewell = Duration.milliseconds(400)

    private var entries: [Int: Entry] = [:]
    private var next = 0
    private let perUser: Int, perTenant: Int
    private var countByUser: [Int64: Int] = [:], countByTenant: [Int64: Int] = [:]
    private var lentByTenant: [Int64: Int] = [:]
    private let lendingLimit: Int

    /// - Parameter lendingLimit: sockets that one worker may have at a time: each takes two of its 32,768 descriptors.
    init(perUser: Int, perTenant: Int, lendingLimit: Int = 12_000) {
        self.perUser = perUser
        self.perTenant = perTenant
        self.lendingLimit = lendingLimit
    }

    /// Nil when the user, or its whole tenant, has too many sessions already.
    func add(_ client: Connection, of user: AuthenticatedUser, _ service: ClientService) -> Int? {
        guard countByUser[user.user, default: 0] < perUser, countByTenant[user.tenant, default: 0] < perTenant else { return nil }
        next += 1
        entries[next] = Entry(user: user, service: service, client: client, since: Int64(time(nil)))
        countByUser[user.user, default: 0] += 1
        countByTenant[user.tenant, default: 0] += 1
        return next
    }

    /// Whether the tenant's worker may have one more client's socket.
    func mayLend(to tenant: Int64) -> Bool { lentByTenant[tenant, default: 0] < lendingLimit }

    /// The worker serves the client by its own socket.
    func lent(_ session: Int, _ socket: Int32) {
        guard let tenant = entries[session]?.user.tenant else { return }
        entries[session]?.socket = socket
        lentByTenant[tenant, default: 0] += 1
    }

    func remove(_ session: Int) {
        guard let entry = entries.removeValue(forKey: session) else { return }
        if entry.socket != nil { Self.countDown(&lentByTenant, entry.user.tenant) }
        Self.countDown(&countByUser, entry.user.user)
        Self.countDown(&countByTenant, entry.user.tenant)
    }

    private static func countDown(_ counts: inout [Int64: Int], _ key: Int64) {
        guard let count = counts[key] else { return }
        counts[key] = count > 1 ? count - 1 : nil
    }

    var count: Int { entries.count }

    /// The oldest first, `LiveSession.listLimit` at most.
    func list(tenant: Int64?, user: Int64?) -> [LiveSession] {
        let wanted = entries.filter { (tenant == nil || $0.value.user.tenant == tenant) && (user == nil || $0.value.user.user == user) }
        return wanted.sorted { $0.key < $1.key }.prefix(LiveSession.listLimit).map { number, entry in
            LiveSession(
                number: Int64(number), tenant: entry.user.tenant, user: entry.user.user, address: entry.user.address,
                service: entry.service, client: "\(entry.client.peer)", isEncrypted: entry.client.isEncrypted, since: entry.since)
        }
    }

    /// Cuts the sessions of a user (of a whole tenant when `user` is nil), after the worker's farewell had time to pass.
    func end(tenant: Int64, user: Int64?, _ services: [ClientService]) {
        let ending = entries.filter { _, entry in
            entry.user.tenant == tenant && (user == nil || entry.user.user == user) && services.contains(entry.service)
        }
        guard !ending.isEmpty else { return }
        EventLoopActor.task { [self] in
            await EventLoopActor.sleep(for: Self.farewell)
            for session in ending.keys { await cut(session) }
        }
    }

    /// Cuts one session of the user, to which no worker says good-bye.
    /// - Parameter number: as `list` tells it.
    func end(_ number: Int64, tenant: Int64, user: Int64) async {
        guard let session = Int(exactly: number), let owner = entries[session]?.user, owner.tenant == tenant, owner.user == user else {
            return
        }
        await cut(session)
    }

    private func cut(_ session: Int) async {
        guard let entry = entries[session] else { return }
        if let socket = entry.socket { shutdown(socket, Int32(SHUT_RDWR)) } else { await entry.client.close(timeout: .zero) }
    }
}
