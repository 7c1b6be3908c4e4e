import Runtime
import SMTP

/// Open connections to doors of this platform, kept for the next message a moment longer, since connecting costs more than handing over.
@EventLoopActor
public final class KeptDoors {
    /// Much shorter than a worker's own idle time, so that no worker stays for our sake.
    private static let keep = Duration.seconds(2)
    /// Of each door.
    private static let kept = 8

    private struct Idle {
        var client: InnerDoorClient
        var since: ContinuousClock.Instant
    }

    private let language: InnerDoorClient.Language
    private let name: String
    private var idle: [String: [Idle]] = [:]
    private var sweeper: Task<Void, Never>?

    /// - Parameter name: what this process calls itself in EHLO or LHLO.
    nonisolated public init(speaking language: InnerDoorClient.Language, as name: String) {
        self.language = language
        self.name = name
    }

    /// A connection to the door at this path on which no transaction is under way.
    /// - Parameter anew: makes one, since one that was kept turned out to be broken.
    public func open(_ path: String, anew: Bool = false) async throws(InnerDoorClient.Failure) -> InnerDoorClient {
        while !anew, let candidate = idle[path]?.popLast() {
            if candidate.client.isOpen { return candidate.client }
            await candidate.client.abort()
        }
        return try await InnerDoorClient.connect(to: path, speaking: language, as: name)
    }

    /// Takes back a connection whose transaction is over; one in the middle of something is closed.
    public func giveBack(_ client: InnerDoorClient, of path: String) async {
        guard client.isOpen, !client.isInTransaction, idle[path, default: []].count < Self.kept else { return await client.abort() }
        idle[path, default: []].append(Idle(client: client, since: .now))
        if sweeper == nil { sweeper = EventLoopActor.task { [self] in await sweep() } }
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
