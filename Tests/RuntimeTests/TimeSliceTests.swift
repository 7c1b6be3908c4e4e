import Runtime
import Testing

@Suite("Time slices") struct TimeSliceTests {
    /// Keeps the loop busy until it is told to stop, pausing now and then.
    @EventLoopActor
    private final class Busy {
        var goesOn = true

        func work() async {
            let slice = TimeSlice()
            while goesOn { await slice.pauseIfOver() }
        }
    }

    @Test("Bytes arrive while several tasks keep the loop busy", .timeLimit(.minutes(1)))
    @EventLoopActor func othersAreServed() async throws {
        let (one, other) = try await ConnectionTests.pair()
        let busy = Busy()
        let tasks = (0..<5).map { _ in Task { await busy.work() } }
        for number in 0..<20 {
            let began = ContinuousClock.now
            one.write("ping \(number)")
            try await one.flush()
            _ = try await other.read(timeout: .seconds(5))
            #expect(ContinuousClock.now - began < .milliseconds(500))
        }
        busy.goesOn = false
        for task in tasks { await task.value }
        await one.close()
        await other.close()
    }

    /// Whether something else had its turn while the slice was asked.
    @EventLoopActor
    private func givesWay(_ slice: TimeSlice) async -> Bool {
        final class Turn: Sendable { @EventLoopActor var came = false }
        let turn = Turn()
        EventLoopActor.eventLoop.execute { EventLoopActor.assumeIsolated { turn.came = true } }
        await slice.pauseIfOver()
        return turn.came
    }

    @Test("Work that kept the loop gives way") @EventLoopActor func longWorkPauses() async {
        let slice = TimeSlice()
        let end = ContinuousClock.now + .milliseconds(10)
        while .now < end {}
        #expect(await givesWay(slice))
    }

    @Test("Work that waited for something has given way by that") @EventLoopActor func waitingIsNoWork() async {
        let slice = TimeSlice()
        await EventLoopActor.sleep(for: .milliseconds(20))
        #expect(await !givesWay(slice))
    }
}
