import Gateway
import Testing

@Suite("Pace") struct PaceTests {
    @Test("A sender of single octets is out of time however regularly it sends; one that is merely slow is not") func slowness() {
        let start = ContinuousClock.now
        var single = Pace(from: start), slow = Pace(from: start)
        for second in 1...400 {
            let now = start + .seconds(second)
            #expect((single.timeLeft(at: now) > .zero) == (second < 301))
            #expect(slow.timeLeft(at: now) > .zero)
            single.received(1)
            slow.received(1000)
        }
    }

    @Test("Each command gets its own time") func commands() {
        let start = ContinuousClock.now
        var pace = Pace(from: start)
        pace.commandCame(at: start + .seconds(299))
        #expect(pace.timeLeft(at: start + .seconds(500)) > .zero)
        #expect(pace.timeLeft(at: start + .seconds(600)) <= .zero)
    }
}
