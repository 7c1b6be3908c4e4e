import AdminAPI
import AdminShell
import Foundation
import Quantities
import Testing

/// `status` is one screen.
struct StatusTests {
    private static let services = ["smtp", "submission", "submissions", "imap", "imaps", "pop3", "pop3s", "https", "admin"]

    private func status(running: Int, failing: Int = 0, warnings: [String] = []) throws -> PlatformStatus {
        func worker(_ name: WorkerName, _ state: Worker.State) -> Worker {
            Worker(name: name, state: state, pid: 1, startedAt: nil, crashes: 0, lastExit: nil)
        }
        var workers = try (0..<running).map { worker(.tenant(try TenantName("tenant\($0)")), .running) }
        workers += try (0..<failing).map { worker(.tenant(try TenantName("ill\($0)")), .waiting) }
        workers += [.gateway, .relay, .database].map { worker($0, .running) }
        return PlatformStatus(
            hostname: "mx.host.example", version: "0.1.0", dataDirectory: "/data",
            startedAt: try #require(Timestamp("2026-05-04T03:02:01Z")),
            listeners: Self.services.enumerated().map { .init(service: $1, address: "127.0.0.1:\(10_000 + $0)") },
            database: .init(available: true, version: "15.4", embedded: true),
            totals: .init(tenants: 1_000, domains: 1_000, users: 20_000, queued: 0, usage: Usage(bytes: ByteCount(5_000), messages: 3)),
            workers: workers, warnings: warnings)
    }

    private func shown(_ status: PlatformStatus, _ format: String = "table") throws -> String {
        let answer = String(decoding: try JSONEncoder().encode(status), as: UTF8.self), console = FakeConsole()
        let interpreter = Interpreter(console: console) { _ in Answering { _, _ in answer } }
        guard case .report(let report) = interpreter.perform(["status"], Settings(dataDirectory: "/nowhere")) else {
            Issue.record("no report")
            return ""
        }
        return try report.text(in: try #require(OutputFormat(rawValue: format)))
    }

    @Test("The verdict comes first, and of many workers a few are named") func many() throws {
        let text = try shown(try status(running: 480))
        #expect(
            text == """
                All is well.

                hostname:        mx.host.example
                version:         0.1.0
                data directory:  /data
                running since:   2026-05-04 03:02:01Z
                database:        PostgreSQL 15.4 (embedded)
                workers:         483 running: gateway, relay, database and 480 more
                listens:         127.0.0.1: smtp 10000, submission 10001, submissions 10002,
                                   imap 10003, imaps 10004, pop3 10005, pop3s 10006,
                                   https 10007, admin 10008
                tenants:         1000
                domains:         1000
                users:           20000
                messages:        3
                stored:          5 KB
                queued:          0

                """)
    }

    @Test("However much is not well, it stays one screen, and programs get all of it") func ailing() throws {
        let warnings = (1...40).map { "Certificate c\($0) is bad." }
        let ailing = try status(running: 1, failing: 300, warnings: warnings)
        let lines = try shown(ailing).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "! Certificate c1 is bad." && lines[5] == "! … and 35 warnings more; `status --format json` has all.")
        #expect(lines.contains("workers:         4 running: gateway, relay, database, tenant:tenant0"))
        #expect(lines.contains("failing:         300: tenant:ill0, tenant:ill1, tenant:ill2 and 297 more"))
        #expect(lines.count <= 24 && lines.allSatisfy { $0.count <= 80 })
        let json = try shown(ailing, "json")
        #expect(json.contains("tenant:ill299") && json.contains("c40"))
        let csv = try shown(ailing, "csv")
        #expect(csv.contains("listens:_imaps") && csv.contains("127.0.0.1:10004"))
    }
}
