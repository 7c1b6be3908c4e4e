import AdminAPI
import AdminShell
import Foundation
import Testing

@Suite("log") struct LogSearchTests {
    static func folder(_ files: [String: [String]]) throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: "casella-log-\(UUID())")
        try FileManager.default.createDirectory(at: path.appending(path: "log"), withIntermediateDirectories: true)
        for (name, lines) in files {
            try (lines.joined(separator: "\n") + "\n").write(to: path.appending(path: "log/\(name)"), atomically: true, encoding: .utf8)
        }
        return path.path
    }

    static func line(_ second: Int, _ message: String, _ fields: String) -> String {
        "{\"at\":\"2026-05-04T03:02:0\(second).000Z\",\"level\":\"info\",\"process\":\"relay\",\"message\":\"\(message)\",\(fields)}"
    }

    @Test("Lines of an id are found in both files, with those of the notice that followed, in order") func found() throws {
        let folder = try Self.folder([
            "casella.log.1": [Self.line(1, "message received", #""trace":"aa11""#), Self.line(1, "another", #""trace":"bb22""#)],
            "casella.log": [
                Self.line(4, "message delivered", #""trace":"cc33""#), "no JSON \"trace\":\"aa11\"",
                Self.line(2, "delivery failed", #""reply":"aa11 said no","trace":"aa11""#),
                Self.line(3, "notice written", #""notice":"cc33","trace":"aa11""#), Self.line(5, "says aa11", #""reply":"aa11 again""#),
            ],
        ])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var bench = Bench()
        bench.settings = Settings(dataDirectory: folder)
        #expect(try bench.run("log --trace aa11 --format csv") == 0)
        let messages = bench.console.output.split(separator: "\n").dropFirst().map { $0.split(separator: ",")[3] }
        #expect(messages == ["message received", "delivery failed", "notice written", "message delivered"])
        #expect(try bench.run("log --trace dd44") == 0)
        #expect(bench.console.output.hasSuffix("The log says nothing of dd44, or no longer.\n"))
    }

    static let refusals: [(String, Int32)] = [
        ("log", 64), ("log --trace \"a b\"", 64), ("log --trace \"\"", 64),
        ("log --trace aa11", 66), ("log --trace aa --server mx.example", 65),
    ]
    @Test("What is no id, a missing log and a log elsewhere are refused", arguments: refusals)
    func refused(line: String, status: Int32) throws {
        #expect(try Bench().run(line) == status)
    }
}
