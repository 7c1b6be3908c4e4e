import AdminAPI
import Testing

@testable import ControlPlane

@Suite("Refused calls in the audit log") struct RefusedCallsTests {
    private let start = ContinuousClock.now

    private func entry(_ caller: String, _ target: String, begun: Int64? = nil, result: String = "forbidden") -> AuditLog.Entry {
        AuditLog.Entry(
            caller: caller, role: .tenantAdministrator, origin: "192.0.2.1", command: "tenant list", target: target, tenant: nil, result: result,
            begun: begun, trace: target)
    }

    @Test("The first have an event each, the others of the caller one that counts them") func condensed() {
        var refused = RefusedCalls()
        let own = (0..<RefusedCalls.burst + 300).count { refused.admits(entry("jo", "\($0)"), at: start) }
        let other = refused.admits(entry("ann", "1"), at: start)
        #expect(own == RefusedCalls.burst && other)
        let told = refused.take()
        #expect(told.map(\.caller) == ["jo"] && told.map(\.times) == [300] && told[0].target.hasPrefix("300 more calls"))
        #expect(told[0].result == "forbidden" && refused.take().isEmpty)
        let later = (0..<50).count { refused.admits(entry("jo", "\($0)"), at: start + .seconds(100)) }
        #expect(later == 10)
    }

    @Test("None is lost where many callers are refused") func many() {
        var refused = RefusedCalls(), own = 0
        for caller in 0..<1_100 {
            let call = entry("c\(caller)", "x")
            for _ in 0...RefusedCalls.burst where refused.admits(call, at: start) { own += 1 }
        }
        let told = refused.take()
        #expect(told.count == 1_000 && own + told.map(\.times).reduce(0, +) == 1_100 * (RefusedCalls.burst + 1))
    }

    @Test("What a full database refuses again and again is a thousand events, and one that counts the others") func doubtful() {
        var waiting: [AuditLog.Entry] = [], doubtful = DoubtfulEvents()
        for number in 0..<2_500 {
            doubtful.add(waiting + [entry("jo", "\(number)", result: AuditLog.Entry.begins)], first: 1)
            waiting = doubtful.settle(upTo: 0).owed
        }
        #expect(waiting.count == 1_001 && waiting.map(\.times).reduce(0, +) == 2_500)
        #expect(waiting.allSatisfy { $0.result == AuditEvent.refused && $0.begun == nil })
        #expect(waiting.last?.target.hasPrefix("1500 more calls") == true)
    }

    @Test("Ends of calls that began are never counted together") func ends() {
        var doubtful = DoubtfulEvents()
        doubtful.add((1...1_500).map { entry("jo", "\($0)", begun: $0, result: "done") }, first: nil)
        #expect(doubtful.settle(upTo: 0).owed.compactMap(\.begun) == Array(1...1_500))
    }
}
