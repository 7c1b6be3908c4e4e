import ControlPlane
import Testing

@Suite("Pace of administrators' calls") struct CallPaceTests {
    private let start = ContinuousClock.now

    private func admitted(
        _ pace: inout CallPace, _ administrator: Int64, _ tenant: Int64?, tries: Int, at now: ContinuousClock.Instant
    ) -> Int {
        (0..<tries).count { _ in pace.admits(administrator, of: tenant, at: now) }
    }

    @Test("A thousand at once, then fifty a second, and no more than a thousand after a rest") func burst() {
        var pace = CallPace()
        #expect(admitted(&pace, 1, nil, tries: 1_500, at: start) == 1_000)
        #expect(admitted(&pace, 1, nil, tries: 100, at: start + .milliseconds(20)) == 1)
        #expect(admitted(&pace, 1, nil, tries: 100, at: start + .seconds(1)) == 49)
        #expect(admitted(&pace, 1, nil, tries: 3_000, at: start + .seconds(3_600)) == 1_000)
    }

    @Test("Nobody waits for another administrator") func others() {
        var pace = CallPace()
        _ = admitted(&pace, 1, 7, tries: 2_000, at: start)
        #expect(admitted(&pace, 2, 7, tries: 10, at: start) == 10)
        #expect(admitted(&pace, 3, nil, tries: 10, at: start) == 10)
    }

    @Test("All of a tenant have four times as much, and no other tenant waits for them") func tenants() {
        var pace = CallPace(), sum = 0
        for administrator in Int64(1)...10 { sum += admitted(&pace, administrator, 7, tries: 1_000, at: start) }
        #expect(sum == 4_000)
        // What the tenant was refused was not counted against who asked.
        #expect(admitted(&pace, 10, 7, tries: 500, at: start + .seconds(1)) == 200)
        #expect(admitted(&pace, 11, 8, tries: 10, at: start) == 10)
    }

    @Test("Many administrators who have rested are forgotten, and those who have not are held to it") func forgotten() {
        var pace = CallPace()
        _ = admitted(&pace, 1, nil, tries: 1_000, at: start)
        for number in Int64(2)...5_000 { _ = admitted(&pace, number, nil, tries: 1, at: start + .milliseconds(number)) }
        #expect(admitted(&pace, 1, nil, tries: 1_000, at: start + .seconds(5)) == 250)
    }
}
