import AdminAPI
import ControlPlane
import Exposition
import Foundation
import Supervision
import Testing

@Suite("Metrics and health") struct MetricsTests {
    static func process(
        _ name: String, _ state: Worker.State = .running, figures: Measurements? = nil, memory: Int64? = nil
    ) throws -> MeasuredProcess {
        MeasuredProcess(
            worker: Worker(
                name: try WorkerName(name), state: state, pid: state == .running ? 7 : nil, startedAt: nil, crashes: 0,
                lastExit: state == .waiting ? "signal 9 (Killed)" : nil),
            figures: figures, memory: memory)
    }

    static func worker(_ name: String, _ state: Worker.State = .running, stored: Int64 = 0) throws -> MeasuredProcess {
        var figures = WorkerFigures()
        figures.deliveriesStored = stored
        figures.imapCommands = ["FETCH": 2 * stored]
        figures.sessions = ["imap": 1]
        return try process("tenant:\(name)", state, figures: .worker(figures), memory: 1_000)
    }

    static func platform(workers: [MeasuredProcess] = []) throws -> Gathered {
        var gateway = GatewayFigures()
        gateway.doors["smtp"] = .init()
        return Gathered(
            gateway: try process("gateway", figures: .gateway(gateway), memory: 5_000),
            relay: try process("relay", figures: .relay(.init())),
            database: try process("database"), workers: workers, tenants: 3,
            control: .init(figures: .init(adminCalls: [.init(command: "user", outcome: "done"): 3]), memory: 1, hashLimit: 256),
            queue: .init(messages: 5, held: 2, oldest: 60, storedOctets: 10, storedMessages: 1), disk: .init(free: 50, size: 100))
    }

    static func text(_ gathered: Gathered, limit: Int = TenantSeries.limit) -> String {
        var series = TenantSeries(limit: limit)
        series.admit(gathered.workers)
        return ExpositionText.write(PlatformMetrics.families(gathered, tenants: series))
    }

    @Test("Tenants' figures are summed, and told by tenant while their workers run") func tenants() throws {
        var gathered = try Self.platform(workers: [Self.worker("acme", stored: 3), Self.worker("idle", .idle, stored: 4)])
        gathered.badEnds = 6
        let text = Self.text(gathered)
        #expect(text.contains("\ncasella_sessions{protocol=\"imap\"} 2\n") && !text.contains("protocol=\"web\""))  // no worker has any
        #expect(text.contains("\ncasella_worker_restarts_total 6\n"))
        #expect(text.contains("\ncasella_deliveries_total{outcome=\"stored\"} 7\n"))
        #expect(text.contains("\ncasella_imap_commands_total{command=\"FETCH\"} 14\n"))
        #expect(text.contains("\ncasella_tenant_deliveries_total{tenant=\"acme\",outcome=\"stored\"} 3\n"))
        // It has its place, and comes into nobody's sum that it would leave once it runs.
        #expect(!text.contains("tenant=\"idle\"") && !text.contains("(others)"))
        #expect(text.contains("\ncasella_queue_messages{state=\"waiting\"} 3\ncasella_queue_messages{state=\"held\"} 2\n"))
        #expect(text.contains("\ncasella_admin_calls_total{command=\"user\",outcome=\"done\"} 3\n"))
    }

    @Test("Series of tenants are bounded, and what is beyond is one sum") func bound() throws {
        let workers = try (1...300).map { try Self.worker("t\($0)", stored: 1) }
        let text = Self.text(try Self.platform(workers: workers), limit: 900)
        let series = text.split(separator: "\n").filter { $0.hasPrefix("casella_tenant_") }
        #expect(series.count <= 900 && series.count > 800)
        #expect(text.contains("casella_tenant_deliveries_total{tenant=\"(others)\",outcome=\"stored\"} 201\n"))
        #expect(text.contains("casella_deliveries_total{outcome=\"stored\"} 300\n"))
    }

    @Test("What deleted tenants' workers counted stays in the sums, and their series make room for others") func departed() throws {
        var gathered = try Self.platform(workers: [Self.worker("acme", stored: 3)])
        gathered.departed.deliveriesStored = 10
        #expect(Self.text(gathered).contains("\ncasella_deliveries_total{outcome=\"stored\"} 13\n"))
        var series = TenantSeries(limit: 18)
        series.admit(gathered.workers)
        series.keep([])
        series.admit([try Self.worker("next")])
        #expect(series.named == [try TenantName("next")])
    }

    @Test("The sum of the others never falls: tenants that come, run, stop and go leave nothing out of it") func others() throws {
        var series = TenantSeries(limit: 27), last: Int64 = 0
        func told(_ workers: [MeasuredProcess], departed: Int64 = 0, deleted: [String] = []) throws -> Int64? {
            var gathered = try Self.platform(workers: workers)
            gathered.departed.deliveriesStored = departed
            series.admit(workers)
            let text = ExpositionText.write(PlatformMetrics.families(gathered, tenants: series))
            let names = workers.map { String($0.worker.name.text.dropFirst("tenant:".count)) }
            series.keep(try names.filter { !deleted.contains($0) }.map { try TenantName($0) })
            let start = "casella_tenant_deliveries_total{tenant=\"(others)\",outcome=\"stored\"} "
            let sum = text.split(separator: "\n").first { $0.hasPrefix(start) }.flatMap { Int64($0.dropFirst(start.count)) }
            #expect(sum ?? 0 >= last, "\(series.named)")
            last = sum ?? 0
            return sum
        }
        // Two places: an idle one that counted something takes one too.
        let idle = try Self.worker("idle", .idle, stored: 4), first = try Self.worker("first", stored: 3)
        #expect(try told([idle, first]) == nil)
        let late = try Self.worker("late", stored: 50), later = try Self.worker("later", .idle, stored: 6)
        #expect(try told([try Self.worker("idle", stored: 4), first, late, later]) == 56)
        // A place is free again: it is a new one's, and no one's of the others.
        #expect(try told([idle, first, late, later], deleted: ["first"]) == 56)
        #expect(try told([idle, late, later], departed: 3) == 59)
        #expect(try told([idle, late, later, try Self.worker("new", stored: 1)], departed: 3) == 59)
        #expect(series.named == [try TenantName("idle"), try TenantName("new")])
        // One of the others goes.
        #expect(try told([idle, later], departed: 53) == 59)
    }

    @Test("No name comes twice, no series comes twice, and each has HELP and TYPE") func form() throws {
        let families = PlatformMetrics.families(
            try Self.platform(workers: [Self.worker("acme", stored: 3)]), tenants: TenantSeries())
        #expect(Set(families.map(\.name)).count == families.count)
        for family in families {
            #expect(family.help.hasSuffix(".") && family.name.hasPrefix("casella_"), "\(family.name)")
            #expect((family.kind == .counter) == family.name.hasSuffix("_total"), "\(family.name)")
            #expect(Set(family.samples.map { "\($0.suffix)\($0.labels)" }).count == family.samples.count, "\(family.name)")
        }
    }

    @Test("README's table lists every metric with its type") func readme() throws {
        let path = URL(filePath: #filePath).appending(path: "../../../README.md").standardized
        let rows = try String(contentsOf: path, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("| `casella_") }
        var series = TenantSeries()
        let gathered = try Self.platform(workers: [Self.worker("acme", stored: 1)])
        series.admit(gathered.workers)
        for family in PlatformMetrics.families(gathered, tenants: series) {
            #expect(rows.contains { $0.hasPrefix("| `\(family.name)") && $0.contains("| \(family.kind.rawValue) |") }, "\(family.name)")
        }
        #expect(rows.count == PlatformMetrics.families(gathered, tenants: series).count)
    }

    @Test("Counters go on where the process before ended") func tally() {
        var tally = Tally()
        var first = WorkerFigures()
        (first.deliveriesStored, first.sessions, first.imapCommands) = (5, ["imap": 2], ["NOOP": 1])
        #expect(tally.total(with: nil) == nil && tally.total(with: .worker(first)) == .worker(first))
        tally.end(.worker(first))
        #expect(tally.total(with: nil) == .worker(first.ended))
        var second = WorkerFigures()
        (second.deliveriesStored, second.imapCommands) = (2, ["NOOP": 1, "FETCH": 3])
        guard case .worker(let total)? = tally.total(with: .worker(second)) else { return #expect(Bool(false)) }
        #expect(total.deliveriesStored == 7 && total.imapCommands == ["NOOP": 2, "FETCH": 3] && total.sessionCount == 0)
    }

    @Test("Health names whoever does not answer or fails, and idle workers are well") func health() throws {
        var gathered = try Self.platform(workers: [Self.worker("acme"), Self.worker("idle", .idle)])
        #expect(Health(gathered).healthy)
        #expect(Health(gathered).processes.map(\.name) == ["control", "gateway", "relay", "database", "tenant:acme"])
        gathered.workers[0].isSilent = true
        let sick = Health(gathered)
        #expect(!sick.healthy && sick.processes.filter { !$0.healthy }.map(\.name) == ["tenant:acme"])
        let tenants = [try TenantName("acme"), try TenantName("idle")]
        #expect(Health(gathered, of: "tenant:acme", tenants: tenants)?.healthy == false)
        #expect(Health(gathered, of: "tenant:idle", tenants: tenants)?.healthy == true)
        #expect(Health(gathered, of: "gateway", tenants: tenants)?.healthy == true)
        #expect(Health(gathered, of: "tenant:nobody", tenants: tenants) == nil && Health(gathered, of: "", tenants: tenants) == nil)
        gathered.relay = try Self.process("relay", .waiting)
        #expect(Health(gathered).processes.contains { $0.name == "relay" && $0.problem?.contains("signal 9") == true })
    }

    @Test("An outside database is well while it answers") func outsideDatabase() throws {
        var gathered = try Self.platform()
        gathered.database = nil
        #expect(Health(gathered).healthy)
        #expect(Self.text(gathered).contains("casella_up{process=\"database\"} 1\n"))
        gathered.queue = nil
        #expect(Self.text(gathered).contains("casella_up{process=\"database\"} 0\n"))
        #expect(!Health(gathered).healthy && Health(gathered, of: "database", tenants: [])?.healthy == false)
    }

    @Test("What ails is said with what helps") func ailments() throws {
        var gathered = try Self.platform()
        gathered.queue?.held = 0
        #expect(Ailments.sentences(gathered).isEmpty)
        gathered.queue?.oldest = 5 * 3_600
        gathered.disk = .init(free: 4, size: 100)
        gathered.control.hashesWaiting = 250
        gathered.gateway.isSilent = true
        let sentences = Ailments.sentences(gathered)
        #expect(sentences.count == 4)
        for (word, sentence) in zip(["worker restart gateway", "queue list", "Make room", "loginThreads"], sentences) {
            #expect(sentence.contains(word), "\(sentence)")
        }
    }

    @Test("Many that ail are told in one sentence") func manyAilments() throws {
        var workers = try (1...300).map { try Self.worker("t\($0)", stored: 0) }
        for index in workers.indices { workers[index].isSilent = true }
        var gathered = try Self.platform(workers: workers)
        gathered.queue?.held = 0
        let sentences = Ailments.sentences(gathered)
        #expect(sentences.count == 1)
        #expect(sentences.first?.hasPrefix("300 processes do not answer: tenant:t1, tenant:t2, tenant:t3 and 297 more. They hang") == true)
        #expect(Ailments.failing([]).isEmpty)
        #expect(Ailments.failing(["relay"]) == ["relay ends again and again; `worker list` says why."])
        let failing = Ailments.failing((1...300).map { "tenant:t\($0)" })
        #expect(
            failing == [
                "300 processes end again and again: tenant:t1, tenant:t2, tenant:t3 and 297 more; `worker list` says why."
            ])
    }

    static let addresses: [(String, String?)] = [
        ("127.0.0.1:9465", "127.0.0.1 9465"), ("[::1]:1", "::1 1"), ("0.0.0.0:65535", "0.0.0.0 65535"), ("9465", nil), (":9465", nil),
        ("localhost:9465", nil), ("127.0.0.1:0", nil), ("127.0.0.1:65536", nil), ("::1:9465", nil), ("[127.0.0.1]:1", nil),
        ("1.2.3.4:", nil),
        ("1.2.3.4:+1", nil),
    ]
    @Test("An address to listen at has an IP address and a port", arguments: addresses) func address(text: String, read: String?) {
        #expect(ListeningAddress(text).map { "\($0.host) \($0.port)" } == read)
    }
}

@Suite("What status warns of") struct AilmentTests {
    @Test("Held mail, a read-only disk, one without room for files, a clock that was set back, a gateway that starts: each is one sentence")
    func ailments() throws {
        var gathered = try MetricsTests.platform()
        gathered.queue?.held = 0
        #expect(Ailments.sentences(gathered).isEmpty)
        gathered.queue?.held = 2
        #expect(Ailments.sentences(gathered).first?.hasPrefix("2 messages are held in the queue") == true)
        gathered.queue?.held = 0
        gathered.disk = .init(free: 50, size: 100, freeFiles: 1_000, files: 100_000)
        #expect(Ailments.sentences(gathered).first?.hasPrefix("The disk holds nearly as many files as it can: 1000 of 100000") == true)
        gathered.disk?.isReadOnly = true
        #expect(Ailments.sentences(gathered).first?.hasPrefix("The disk is read-only") == true)
        gathered.disk = .init(free: 50, size: 100)
        gathered.clockSetBack = 59
        #expect(Ailments.sentences(gathered).isEmpty)
        gathered.clockSetBack = 7_200
        #expect(Ailments.sentences(gathered).first?.hasPrefix("The machine's clock was set back by 2 hours") == true)
        gathered.clockSetBack = 0
        gathered.gateway.isReady = false
        #expect(Ailments.sentences(gathered).first?.hasPrefix("The gateway is starting") == true)
    }

    @Test("Metrics tell how long certificates are valid") func certificates() throws {
        var gathered = try MetricsTests.platform()
        gathered.certificates = [
            .init(name: "mail.example", secondsLeft: -5, isCurrent: true), .init(name: "gone.example", secondsLeft: nil, isCurrent: false),
        ]
        let text = MetricsTests.text(gathered)
        #expect(text.contains("\ncasella_certificate_expiry_seconds{name=\"mail.example\"} -5\n"))
        #expect(!text.contains("expiry_seconds{name=\"gone"))
        #expect(text.contains("\ncasella_certificate_current{name=\"gone.example\"} 0\n"))
    }
}
