import Runtime
import Testing

@Suite("Log lines") struct LogTests {
    @Test("Tell how bad it is by their beginning alone")
    func level() {
        func level(_ line: String) -> Log.Level? { Log.level(of: Array("x\(line)".utf8)[1...]) }
        #expect(level("{\"at\":\"2026-01-01T00:00:00.000Z\",\"level\":\"warning\",\"process\":\"relay\",\"message\":\"m\"}") == .warning)
        #expect(level("{\"at\":\"2026-01-01T00:00:00.000Z\",\"level\":\"info\",\"process\":\"relay\",\"message\":\"m\"}") == .info)
        #expect(level("{\"at\":\"2026-01-01T00:00:00.000Z\",\"message\":\"\\\"level\\\":\\\"info\\\"\",\"level\":\"info\"}") == nil)
        #expect(level("{\"at\":\"2026-01-01T00:00:00.000Z\",\"level\":\"informal\"}") == nil)
        #expect(level("Fatal error, \"level\":\"info\"") == nil)
        #expect(level("{\"at\":\"") == nil)
        #expect(level("") == nil)
    }
}
