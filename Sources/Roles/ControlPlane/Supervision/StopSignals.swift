import Dispatch
import Glibc
import Runtime

/// SIGTERM and SIGINT, as something to wait for.
@EventLoopActor
final class StopSignals {
    private var sources: [any DispatchSourceSignal] = []
    private var waiters: [CheckedContinuation<Void, Never>] = []
    private(set) var hasCome = false

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
        hasCome = true
        for waiter in waiters { waiter.resume() }
        waiters = []
    }
}
