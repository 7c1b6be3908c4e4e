import AdminAPI
import AdminShell
import Testing

struct SessionHistoryTests {
    private static func login(_ number: Int, _ more: String) -> String {
        #"{"number":\#(number),"address":"ann@acme.example","tenant":"acme","day":"2026-05-04","service":"imap",\#(more)"#
            + #""firstAt":"2026-05-04T03:02:01Z","lastAt":"2026-05-04T05:00:00Z","logins":3}"#
    }

    private func run(_ words: [String], on platform: Answering, _ console: FakeConsole) throws -> Int32 {
        let interpreter = Interpreter(console: console) { _ in platform }
        let (outcome, settings) = interpreter.perform(line: words, base: Settings(dataDirectory: "/nowhere"))
        let printer = Printer(console: console, format: settings.format)
        guard case .report(let report) = outcome else {
            guard case .failure(let failure) = outcome else { return -1 }
            return printer.failure(failure)
        }
        return printer.report(report)
    }

    @Test("Who logged in is listed, page after page, and no device's name looks like something else") func pages() throws {
        let device = Self.login(9, #""client":"192.0.2.7","appPassword":"own","#), own = Self.login(7, #""client":"192.0.2.7","#)
        let platform = Answering { _, _ in "[\(device),\(own)]" }
        let console = FakeConsole()
        let line = ["session", "history", "ann@acme.example", "--since", "2026-05-01", "--until", "2026-05-07", "--count", "3"]
        #expect(try run(line, on: platform, console) == 0)
        // The page was not full: there are no more.
        #expect(platform.asked == ["GET /session-history?target=ann%40acme.example&since=2026-05-01&until=2026-05-07&count=3"])
        #expect(
            console.output == """
            ADDRESS           TENANT  DAY         SERVICE  FROM       PASSWORD          FIRST                 LAST                  LOGINS
            ann@acme.example  acme    2026-05-04  imap     192.0.2.7  app password own  2026-05-04 03:02:01Z  2026-05-04 05:00:00Z       3
            ann@acme.example  acme    2026-05-04  imap     192.0.2.7  own               2026-05-04 03:02:01Z  2026-05-04 05:00:00Z       3

            """)
        let csv = FakeConsole(), others = Answering { _, _ in "[\(Self.login(4, ""))]" }
        #expect(try run(["session", "history", "--count", "2", "--format", "csv"], on: others, csv) == 0)
        #expect(csv.output.hasSuffix("\nann@acme.example,acme,2026-05-04,imap,others,any,2026-05-04T03:02:01Z,2026-05-04T05:00:00Z,3\n"))
    }

    @Test("What follows is asked for from the last line on") func following() throws {
        let platform = Answering { number, _ in number == 1 ? "[\(Self.login(9, "")),\(Self.login(7, ""))]" : "[]" }
        #expect(try run(["session", "history", "acme", "--count", "2"], on: platform, FakeConsole()) == 0)
        #expect(platform.asked == ["GET /session-history?target=acme&count=2"])
        let all = Answering { number, _ in
            let page = (0..<UserLogin.maximum).map { Self.login(number * 100_000 - $0, "") }
            return number < 3 ? "[\(page.joined(separator: ","))]" : "[]"
        }
        #expect(try run(["session", "history", "--all", "--format", "json"], on: all, FakeConsole()) == 0)
        #expect(
            all.asked == [
                "GET /session-history?count=10000", "GET /session-history?until=2026-05-04&before=90001&count=10000",
                "GET /session-history?until=2026-05-04&before=190001&count=10000",
            ])
    }

    @Test("Days that are none are refused", arguments: ["--since", "--until"]) func refused(option: String) throws {
        let platform = Answering { _, _ in "[]" }, console = FakeConsole()
        #expect(try run(["session", "history", option, "2026-02-30"], on: platform, console) == 64)
        #expect(console.errors.contains("is not a day") && platform.asked.isEmpty)
    }
}
