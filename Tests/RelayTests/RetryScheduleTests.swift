import Relay
import Testing

@Suite("When an attempt is repeated") struct RetryScheduleTests {
    static let hour = 3600

    @Test("The steps follow each other, and the last repeats") func steps() {
        let schedule = RetrySchedule(steps: [60, 300])
        let next = (1...4).map { schedule.nextAttempt(afterAttempts: $0, now: 0, expiresAt: .max) }
        #expect(next == [60_000_000, 300_000_000, 300_000_000, 300_000_000])
    }

    @Test("The last attempt is made when the message's time ends, and none after it") func end() {
        let schedule = RetrySchedule(steps: [60])
        #expect(schedule.nextAttempt(afterAttempts: 1, now: 0, expiresAt: 10) == 10)
        #expect(schedule.nextAttempt(afterAttempts: 2, now: 10, expiresAt: 10) == nil)
    }

    @Test("A delay is told once, with the first attempt behind four hours") func delayNotice() {
        let schedule = RetrySchedule(steps: [Self.hour, 2 * Self.hour])
        #expect((1...8).filter { schedule.isDelayNoticeDue(afterAttempts: $0) } == [4])
        #expect(RetrySchedule(steps: []).isDelayNoticeDue(afterAttempts: 1) == false)
    }
}
