import AdminAPI
import AdminShell
import Foundation
import Testing

/// What Ctrl-C ends, and what is said of it.
struct InterruptTests {
    private static let preview: String = {
        let change = StateChange(.alias, "info@acme.example", .add)
        let preview = ApplyPreview(tenant: nil, isNewTenant: false, changes: [change], impact: ApplyImpact(), fingerprint: "f")
        return String(decoding: (try? JSONEncoder().encode(preview)) ?? Data(), as: UTF8.self)
    }()

    private func written(_ text: String) throws -> String {
        let path = FileManager.default.temporaryDirectory.path + "/casella-interrupt-\(UInt32.random(in: .min ... .max))"
        #expect(FileManager.default.createFile(atPath: path, contents: Data(text.utf8)))
        return path
    }

    private func run(_ words: [String], on platform: any Transport, _ console: FakeConsole) -> Int32 {
        let settings = Settings(dataDirectory: "/nowhere")
        let outcome = Interpreter(console: console) { _ in platform }.perform(line: words, base: settings)
        let printer = Printer(console: console, format: outcome.1.format)
        switch outcome.0 {
        case .report(let report): return printer.report(report)
        case .failure(let failure): return printer.failure(failure)
        case .help, .batch, .shell: return -1
        }
    }

    /// Looks as often as one who carries a long call.
    private static func wait(_ watch: CallWatch) throws(AdminError) {
        for _ in 0..<5 { guard watch.goesOn() else { throw watch.interruption(isSent: true) } }
    }

    /// - Parameter request: the one at which somebody presses Ctrl-C.
    private func apply(_ tenants: Int, interruptedAt request: Int) throws -> (Int32, Answering, FakeConsole) {
        let path = try written("tenants:\n" + (1...tenants).map { "- name: t\($0)\n" }.joined())
        defer { try? FileManager.default.removeItem(atPath: path) }
        let console = FakeConsole(canAsk: true, answers: ["yes"])
        let platform = Answering { number, watch throws(AdminError) in
            if number == request { console.interrupt() }
            try Self.wait(watch)
            return number <= tenants ? Self.preview : #"{"number":\#(number),"changes":1}"#
        }
        return (run(["apply", path, "--yes"], on: platform, console), platform, console)
    }

    @Test("An apply ends behind the part in hand, and says how many are done") func applyEnds() throws {
        let (status, platform, console) = try apply(4, interruptedAt: 6)
        #expect(status == 130)
        #expect(platform.asked.count == 6)
        #expect(
            console.output.hasSuffix(
                "\nInterrupted: 2 of 4 parts done; 2 not begun; run it again to go on. `casella applies` lists what was done.\n"))
        // All were done by then.
        let (whole, _, done) = try apply(4, interruptedAt: 8)
        #expect(whole == 0 && done.output.contains("Done, under the numbers 5 to 8"))
    }

    @Test("While it only looks, and at its question, nothing is done") func beforeApply() throws {
        let (status, platform, console) = try apply(4, interruptedAt: 2)
        #expect(status == 130 && platform.asked.allSatisfy { $0.hasSuffix("/preview") })
        #expect(console.errors == "casella: Interrupted; nothing was changed.\n")
        let asking = FakeConsole(canAsk: true, answers: [nil])
        let path = try written("tenants:\n- name: a\n")
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(run(["apply", path], on: Answering { _, _ in Self.preview }, asking) == 1)
        #expect(asking.errors.hasSuffix("casella: Abandoned; nothing was done.\n"))
    }

    @Test("Of one part alone it is said that its outcome is not known, and where to look") func onePart() throws {
        let (status, _, console) = try apply(1, interruptedAt: 2)
        #expect(status == 130)
        #expect(console.errors.contains("whether it is done is not known") && console.errors.contains("`casella audit list`"))
        #expect(!console.errors.contains("run it again"))
    }

    @Test("An import ends behind the users that are on their way") func importing() throws {
        let path = try written("address\n" + (1...450).map { "u\($0)@acme.example\n" }.joined())
        defer { try? FileManager.default.removeItem(atPath: path) }
        func answer(_ count: Int) -> String {
            let users = (1...count).map { _ in #"{"address":"u@acme.example","outcome":"made"}"# }
            return #"{"users":[\#(users.joined(separator: ","))]}"#
        }
        let batch = answer(200), console = FakeConsole()
        let platform = Answering { number, watch throws(AdminError) in
            if number == 2 { console.interrupt() }
            try Self.wait(watch)
            return batch
        }
        #expect(run(["user", "import", path], on: platform, console) == 130)
        #expect(platform.asked.count == 2)
        #expect(
            console.output == "Interrupted: 400 of 450 users done; 50 not begun; run it again to go on. Of those: 400 users made.\n")
        let json = FakeConsole()
        let counting = Answering { _, _ in
            json.interrupt()
            return batch
        }
        #expect(run(["user", "import", path, "--format", "json"], on: counting, json) == 130)
        #expect(json.output.contains(#""notBegun" : 250"#))
        let early = FakeConsole()
        early.interrupt()
        #expect(run(["user", "import", path], on: counting, early) == 130 && counting.asked.count == 1)
        #expect(early.errors == "casella: Interrupted; nothing was done.\n")
    }

    @Test("A call that only looks is broken off; of one that changes, it is said that nobody knows") func calls() {
        for (words, said) in [
            (["tenant", "list"], "Interrupted; nothing was changed."), (["tenant", "create", "a"], "whether it is done is not known"),
            (["tenant", "create", "a", "--dry-run"], "Interrupted; nothing was changed."),
        ] {
            let console = FakeConsole()
            let platform = Answering { _, watch throws(AdminError) in
                console.interrupt()
                try Self.wait(watch)
                return Prepared.tenant
            }
            #expect(run(words, on: platform, console) == 130)
            #expect(console.errors.contains(said), "\(console.errors)")
        }
    }

    @Test("What is made of many calls makes no further one") func pages() {
        let event =
            #"{"sequence":9,"at":"2026-05-04T03:02:01Z","caller":"root","origin":"unix","command":"x","target":"y","result":"done","#
            + #""changes":"","seal":""}"#
        let page = "[" + Array(repeating: event, count: AuditEvent.maximum).joined(separator: ",") + "]"
        let console = FakeConsole()
        let platform = Answering { number, _ in
            if number == 3 { console.interrupt() }
            return page
        }
        #expect(run(["audit", "list", "--all"], on: platform, console) == 130)
        #expect(platform.asked.count == 3 && console.output.isEmpty)
    }

    /// Somebody who presses Ctrl-C some time later.
    private final class Impatient: Console {
        private let end = ContinuousClock.now + .milliseconds(300)
        let canAsk = false
        var isInterrupted: Bool { .now > end }
        func ask(_ question: String) -> String? { nil }
        func askHidden(_ question: String) -> String? { nil }
        func readLine() -> String? { nil }
        func write(_ text: String) {}
        func writeError(_ text: String) {}
    }

    @Test("A socket that nobody answers on is waited on no longer") func unanswered() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/c\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: "\(folder)/run", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let transport = UnixSocketTransport(dataDirectory: folder)
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: transport.socketPath.utf8) }
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        #expect(isBound == 0 && listen(listener, 5) == 0)
        let client = AdminClient(transport: transport, progress: Progress(console: Impatient()))
        let began = ContinuousClock.now
        let error = #expect(throws: AdminError.self) { try client.call(Calls.createTenant, sending: NewTenant(name: TenantName("a"))) }
        #expect(error?.code == .interrupted && error?.hint != nil)
        #expect(.now - began < .seconds(5))
    }
}
