import Testing

@testable import ControlPlane

@Suite struct RowFilterTests {
    @Test func namesTheColumnsOnlyThatAreGiven() {
        var wanted: RowFilter = ["d.name": nil, "t.name": "acme"]
        wanted.require("q.queue_id", nil)
        wanted.require(.int8(7)) { "sequence < \($0)" }
        #expect(wanted.sql == "true AND t.name = $1 AND sequence < $2")
        #expect(wanted.parameter(.int8(100)) == "$3")
        #expect(wanted.parameters == [.text("acme"), .int8(7), .int8(100)])
    }

    @Test func withoutAnyValueEveryRowIsMeant() {
        let wanted: RowFilter = ["d.name": nil]
        #expect(wanted.sql == "true" && wanted.parameters.isEmpty)
    }
}
