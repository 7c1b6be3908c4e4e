import Runtime

/// Tasks that wait for something of which there is little, such as threads for hashes, in the order of a `FairLine`.
///
/// Bounded: in a full line the party of which most wait makes room for others, and is itself refused, so that nobody fills it alone.
@EventLoopActor
package final class WaitingLine<Party: Hashable & Sendable> {
    package struct Full: Error {}

    private struct Waiter: Identifiable {
        let id: UInt64
        let turn: CheckedContinuation<Void, any Error>
    }

    private let limit: Int
    private var line = FairLine<Party, Waiter>()
    private var last: UInt64 = 0

    package init(limit: Int) { self.limit = limit }

    package var count: Int { line.count }

    /// Whether another one of the party may wait.
    package func hasRoom(for party: Party) -> Bool { line.count < limit || line.outweighs(party) }

    /// Returns when it is this task's turn.
    /// - Throws: `Full`, at once or when others need the place more; `CancellationError`. It is nobody's turn then.
    package func wait(for party: Party) async throws {
        try Task.checkCancellation()
        guard hasRoom(for: party) else { throw Full() }
        if line.count >= limit { line.removeLastOfLongest()?.turn.resume(throwing: Full()) }
        last += 1
        let id = last
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { line.append(Waiter(id: id, turn: $0), of: party) }
        } onCancel: {
            // Behind what runs now, which puts it into the line if it is not there yet.
            EventLoopActor.task { self.line.remove(id, of: party)?.turn.resume(throwing: CancellationError()) }
        }
    }

    /// - Returns: false when nobody waits.
    package func resumeNext() -> Bool {
        guard let next = line.next() else { return false }
        next.turn.resume()
        return true
    }
}
