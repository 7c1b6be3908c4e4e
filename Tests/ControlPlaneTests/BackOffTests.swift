import ControlPlane
import Testing

@Suite("Back-off") struct BackOffTests {
    @Test("Delays double from 100 ms to 10 s") func doubling() {
        var backOff = BackOff()
        let delays = (0..<9).map { _ in backOff.delay(afterRunning: .zero) }
        #expect(delays == [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000].map { .milliseconds($0) })
    }

    @Test("A process that ran for 30 s begins from the start") func reset() {
        var backOff = BackOff()
        for _ in 0..<5 { _ = backOff.delay(afterRunning: .seconds(1)) }
        #expect(backOff.delay(afterRunning: .seconds(30)) == .milliseconds(100))
        #expect(backOff.delay(afterRunning: .milliseconds(29_999)) == .milliseconds(200))
    }
}
