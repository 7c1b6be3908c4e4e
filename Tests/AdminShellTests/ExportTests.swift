import AdminAPI
import AdminShell
import Testing

@Suite("export") struct ExportTests {
    private static let responses: [String: (Int, String)] = [
        "GET /tenants/acme/state": (200, #"{"name":"acme","plan":"gold","users":[{"address":"ann@acme.example"}]}"#),
        "GET /plans/gold": (
            200, #"{"name":"gold","limits":{"storage":5000,"protocols":["imap"]},"tenants":7,"createdAt":"2026-05-04T03:02:01Z"}"#
        ),
    ]

    private func run(_ line: String) throws -> (text: String, made: [String]) {
        let console = FakeConsole(), transport = FakeTransport(Self.responses)
        let interpreter = Interpreter(console: console) { [transport] _ in transport }
        let (outcome, settings) = interpreter.perform(line: try CommandWords.split(line), base: Settings(dataDirectory: "/nowhere"))
        guard case .report(let report) = outcome else { return ("\(outcome)", transport.made) }
        _ = Printer(console: console, format: settings.format).report(report)
        return (console.output, transport.made)
    }

    @Test("The plan is written where it is asked for, with its limits, as `apply` reads it") func plans() throws {
        let plain = try run("export acme")
        #expect(plain.made == ["GET /tenants/acme/state"] && StateFile(plain.text).plans.isEmpty)
        let (text, made) = try run("export acme --plans")
        #expect(made == ["GET /tenants/acme/state", "GET /plans/gold"])
        let file = StateFile(text)
        #expect(file.mistakes == [] && file.tenants == StateFile(plain.text).tenants)
        let limits = LimitChanges([.storage: .number(5000), .protocols: .services([.imap])])
        #expect(file.plans == [DesiredPlan(name: try PlanName("gold"), limits: limits)], "\(text)")
        let json = try run("export acme --plans --format json").text
        #expect(json.contains(#""plans" : ["#) && json.contains(#""tenants" : ["#))
    }

    @Test("A tenant is no table") func noTable() throws {
        let console = FakeConsole(), transport = FakeTransport(Self.responses)
        let interpreter = Interpreter(console: console) { [transport] _ in transport }
        let (outcome, _) = interpreter.perform(line: ["export", "acme", "--format", "csv"], base: Settings(dataDirectory: "/nowhere"))
        guard case .failure(let failure) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(failure.exitStatus == 64 && failure.error.message.contains("no table") && transport.made.isEmpty)
    }
}
