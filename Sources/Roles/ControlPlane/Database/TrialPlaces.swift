import Runtime

/// How many calls are tried at the same time. Each holds a connection of the pool until it is rolled back, and the others are for those who
/// log in and for what is really done.
@EventLoopActor
final class TrialPlaces {
    private var free = 4
    private var waiting: [CheckedContinuation<Void, Never>] = []

    nonisolated init() {}

    func enter() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    /// The place goes to who waits longest.
    func leave() {
        guard !waiting.isEmpty else {
            free += 1
            return
        }
        waiting.removeFirst().resume()
    }
}
