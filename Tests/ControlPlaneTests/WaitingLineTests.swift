import ControlPlane
import Runtime
import Testing

@Suite("Lines that are fair between parties") struct FairLineTests {
    private struct Waiter: Identifiable { let id: Int }

    private static func line(_ waiters: [(Int, String)]) -> FairLine<String, Waiter> {
        var line = FairLine<String, Waiter>()
        for (id, party) in waiters { line.append(Waiter(id: id), of: party) }
        return line
    }

    private static func drained(_ line: FairLine<String, Waiter>) -> [Int] {
        var line = line, order: [Int] = []
        while let next = line.next() { order.append(next.id) }
        #expect(line.count == 0)
        return order
    }

    @Test("Parties take turns, and each one's waiters come in their order") func turns() {
        #expect(Self.drained(Self.line([(1, "a"), (2, "a"), (3, "a"), (4, "b"), (5, "c"), (6, "b")])) == [1, 4, 5, 2, 6, 3])
        #expect(Self.drained(Self.line([])).isEmpty)
    }

    @Test("Who comes back has no turn before those who wait") func comesBack() {
        var line = Self.line([(1, "a"), (2, "b"), (3, "b")])
        #expect(line.next()?.id == 1)
        line.append(Waiter(id: 4), of: "a")
        #expect(Self.drained(line) == [2, 4, 3])
    }

    @Test("Who gives up is gone, and its party's turn with the last of it") func removal() {
        var line = Self.line([(1, "a"), (2, "b"), (3, "a")])
        #expect(line.remove(2, of: "a") == nil && line.remove(2, of: "c") == nil)
        #expect(line.remove(2, of: "b")?.id == 2 && line.remove(2, of: "b") == nil)
        #expect(line.count == 2 && line.count(of: "b") == 0)
        #expect(line.remove(1, of: "a")?.id == 1)
        line.append(Waiter(id: 4), of: "b")
        #expect(Self.drained(line) == [3, 4])
    }

    @Test("The longest line loses its last, and only where another's is shorter all the same") func longest() {
        var line = Self.line([(1, "a"), (2, "a"), (3, "b"), (4, "a")])
        #expect(line.outweighs("b") && line.outweighs("c") && !line.outweighs("a"))
        #expect(line.removeLastOfLongest()?.id == 4)
        #expect(!line.outweighs("b") && line.outweighs("c"))
        #expect(Self.drained(line) == [1, 3, 2])
        var empty = Self.line([])
        #expect(empty.removeLastOfLongest() == nil && !empty.outweighs("a"))
    }
}

@Suite("Waiting in a line") struct WaitingLineTests {
    @EventLoopActor private static func settled(_ line: WaitingLine<String>, at count: Int) async {
        while line.count != count { await Task.yield() }
    }

    private static func outcome(of task: Task<Void, any Error>) async -> String {
        switch await task.result {
        case .success: "turn"
        case .failure(is CancellationError): "cancelled"
        case .failure(is WaitingLine<String>.Full): "full"
        case .failure: "failed"
        }
    }

    @Test("Who is cancelled leaves the line, and nobody's turn is lost") @EventLoopActor func cancellation() async throws {
        let line = WaitingLine<String>(limit: 10)
        let first = Task { try await line.wait(for: "a") }, second = Task { try await line.wait(for: "a") }
        await Self.settled(line, at: 2)
        first.cancel()
        #expect(await Self.outcome(of: first) == "cancelled")
        #expect(line.count == 1 && line.resumeNext() && !line.resumeNext())
        #expect(await Self.outcome(of: second) == "turn")
        let late = Task { try await line.wait(for: "a") }
        late.cancel()
        #expect(await Self.outcome(of: late) == "cancelled")
        #expect(line.count == 0)
    }

    @Test("A full line refuses the party that fills it, and has room for another") @EventLoopActor func bounds() async throws {
        let line = WaitingLine<String>(limit: 3)
        var flood: [Task<Void, any Error>] = []
        for _ in 0..<3 { flood.append(Task { try await line.wait(for: "a") }) }
        await Self.settled(line, at: 3)
        #expect(!line.hasRoom(for: "a") && line.hasRoom(for: "b"))
        #expect(await Self.outcome(of: Task { try await line.wait(for: "a") }) == "full")
        let other = Task { try await line.wait(for: "b") }
        var outcomes: [String] = []
        while line.hasRoom(for: "b") { await Task.yield() }
        #expect(line.count == 3)
        while line.resumeNext() {}
        for one in flood { outcomes.append(await Self.outcome(of: one)) }
        #expect(outcomes.sorted() == ["full", "turn", "turn"])
        #expect(await Self.outcome(of: other) == "turn")
    }
}
