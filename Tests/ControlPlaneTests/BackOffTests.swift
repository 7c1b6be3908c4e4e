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

@Suite("Login throttle") struct LoginThrottleTests {
    let start = ContinuousClock.now

    @Test("Three failures cost nothing; then each attempt waits, ever longer, and at last is refused") func slower() {
        var throttle = LoginThrottle()
        for _ in 0..<3 {
            #expect(throttle.delay(address: "192.0.2.1", login: "ann", now: start) == .zero)
            throttle.failed(address: "192.0.2.1", login: "ann", now: start)
        }
        #expect(throttle.delay(address: "192.0.2.1", login: "ann", now: start) == .zero)
        throttle.failed(address: "192.0.2.1", login: "ann", now: start)
        #expect(throttle.delay(address: "192.0.2.1", login: "ann", now: start) == .milliseconds(250))
        // Attempts at the same time queue behind one another.
        #expect(throttle.delay(address: "192.0.2.1", login: "ann", now: start) == .milliseconds(500))
        for _ in 0..<10 { throttle.failed(address: "192.0.2.1", login: "ann", now: start) }
        _ = throttle.delay(address: "192.0.2.1", login: "ann", now: start)
        _ = throttle.delay(address: "192.0.2.1", login: "ann", now: start)
        #expect(throttle.delay(address: "192.0.2.1", login: "ann", now: start) == nil)
        #expect(throttle.delay(address: "192.0.2.1", login: "bob", now: start) == .zero)
        #expect(throttle.delay(address: "192.0.2.2", login: "ann", now: start) == .zero)
    }

    @Test("A success and a quarter of an hour forgive") func forgiven() {
        var throttle = LoginThrottle()
        for _ in 0..<8 { throttle.failed(address: "a", login: "l", now: start) }
        #expect(throttle.delay(address: "a", login: "l", now: start + .seconds(901)) == .zero)
        for _ in 0..<8 { throttle.failed(address: "a", login: "l", now: start) }
        throttle.succeeded(address: "a", login: "l")
        #expect(throttle.delay(address: "a", login: "l", now: start) == .zero)
    }

    @Test("The table is bounded") func bounded() {
        var throttle = LoginThrottle()
        for number in 0..<(LoginThrottle.capacity + 10) {
            throttle.failed(address: "a", login: "\(number)", now: start + .milliseconds(number))
        }
        for _ in 0..<8 { throttle.failed(address: "a", login: "last", now: start + .seconds(100)) }
        #expect(throttle.delay(address: "a", login: "last", now: start + .seconds(100)) != .zero)
    }
}
