import Dispatch
import Glibc
import Runtime

/// SIGTERM and SIGINT, as something to wait for. Another signal a while later ends the process at once: its children
/// notice that and end too.
@EventLoopActor
final class StopSignals {
    private var sources: [any DispatchSourceSignal] = []
    private var waiters: [CheckedContinuation<Void, Never>] = []
    private var first: ContinuousClock.Instant?
    var hasCome: Bool { first != nil }

    private static let impatience = Duration.seconds(2)

    init() {
        for number in [SIGTERM, SIGINT] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { @Sendable [weak self] in Task { await self?.come() } }
            source.activate()
            sources.append(source)
        }
    }

    func wait() async {
        guard !hasCome else { return }
        await withCheckedContinuation { waiters.append($0) }
    }

    private func come() {
        if let first, first.duration(to: .now) > Self.impatience { exit(75) }  // EX_TEMPFAIL
        if first == nil { first = .now }
        for waiter in waiters { waiter.resume() }
        waiters = []
    }
}
