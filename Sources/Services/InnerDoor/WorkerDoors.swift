import Runtime
import SMTP

/// Open LMTP connections to workers, kept for the next message a moment longer, since connecting costs more than delivering.
@EventLoopActor
public final class WorkerDoors {
    /// Much shorter than a worker's own idle time, so that no worker stays for our sake.
    private static let keep = Duration.seconds(2)
    private static let kept = 8

    private struct Idle {
        var client: InnerDoorClient
        var since: ContinuousClock.Instant
    }

    private let directory: String
    private let name: String
    private var idle: [Int64: [Idle]] = [:]
    private var sweeper: Task<Void, Never>?

    /// - Parameters:
    ///   - directory: a tenant's door is `<directory>/<tenant>/lmtp`.
    ///   - name: what this process calls itself in LHLO.
    public init(directory: String, name: String) {
        self.directory = directory
        self.name = name
    }

    public func open(_ tenant: Int64) async throws(InnerDoorClient.Failure) -> InnerDoorClient {
        while let candidate = idle[tenant]?.popLast() {
            if candidate.client.isOpen { return candidate.client }
            await candidate.client.abort()
        }
        return try await InnerDoorClient.connect(to: "\(directory)/\(tenant)/lmtp", speaking: .lmtp, as: name)
    }

    /// Takes back a connection whose transaction is over; one in the middle of something is closed.
    public func giveBack(_ client: InnerDoorClient, of tenant: Int64) async {
        guard client.isOpen, !client.isInTransaction, idle[tenant, default: []].count < Self.kept else { return await client.abort() }
        idle[tenant, default: []].append(Idle(client: client, since: .now))
        if sweeper == nil { sweeper = Task { await sweep() } }
    }

    private func sweep() async {
        while !idle.isEmpty {
            await EventLoopActor.sleep(for: Self.keep)
            let limit = ContinuousClock.now - Self.keep
            // Taken out first: while one is closed, another transfer may come for the others.
            let stale = idle.values.joined().filter { $0.since <= limit }
            idle = idle.mapValues { $0.filter { $0.since > limit } }.filter { !$0.value.isEmpty }
            for old in stale { await old.client.quit() }
        }
        sweeper = nil
    }
}
