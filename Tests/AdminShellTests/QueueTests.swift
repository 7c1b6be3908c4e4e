import AdminAPI
import AdminShell
import FoundationEssentials
import Synchronization
import Testing

/// Commands on many queued messages.
@Suite("Many queued messages") struct QueueTests {
    /// A queue with messages of these numbers, of which those who ask see all.
    private final class Queue: Transport {
        private let numbers: [Int]
        private let state = Mutex<(made: [String], failsAfter: Int)>(([], .max))

        init(_ numbers: [Int], failsAfter requests: Int = .max) {
            self.numbers = numbers
            state.withLock { $0.failsAfter = requests }
        }

        var made: [String] { state.withLock { $0.made } }

        func exchange(_ request: HTTPRequest, _ watch: CallWatch) throws(AdminError) -> HTTPResponse {
            let count = state.withLock { state in
                state.made.append("\(request.method.rawValue) \(request.target)")
                return state.made.count > state.failsAfter ? -1 : state.made.count
            }
            guard count > 0 else { throw AdminError(.timedOut, "The relay did not answer in time.") }
            do {
                let selection = try JSONDecoder().decode(QueueSelection.self, from: Data(request.body ?? []))
                let selected = numbers.filter { Int64($0) > selection.after?.number ?? 0 && Int64($0) <= selection.upTo?.number ?? .max }
                let page = selected.prefix(QueueSelection.pageSize)
                var batch = QueueBatch()
                batch.messages = page.count
                (batch.first, batch.last) = (try page.first.map { try QueueID("\($0)") }, try page.last.map { try QueueID("\($0)") })
                batch.isLast = page.count < QueueSelection.pageSize
                if selection.after == nil {
                    let last = try selected.last.map { try QueueID("\($0)") }
                    batch.total = QueueTotal(messages: selected.count, recipients: 2 * selected.count, upTo: last)
                }
                return HTTPResponse(status: 200, body: Array(try JSONEncoder().encode(batch)))
            } catch {
                throw AdminError(.serverFault, "\(error)")
            }
        }
    }

    private func run(
        _ line: String, _ queue: Queue, _ console: FakeConsole = FakeConsole()
    ) throws -> (status: Int32, console: FakeConsole) {
        let interpreter = Interpreter(console: console) { _ in queue }
        let (outcome, settings) = interpreter.perform(line: try CommandWords.split(line), base: Settings(dataDirectory: "/nowhere"))
        let printer = Printer(console: console, format: settings.format)
        switch outcome {
        case .report(let report): return (printer.report(report), console)
        case .failure(let failure): return (printer.failure(failure), console)
        case .help, .batch, .shell: return (-1, console)
        }
    }

    static let verbs = [
        ("retry", "This tries 3 messages to 6 recipients, at once.", "3 messages are tried now."),
        ("hold", "This holds 3 messages to 6 recipients: none is tried until it is released.", "Held 3 messages."),
        ("release", "This releases 3 messages to 6 recipients, to be sent.", "Released 3 messages."),
        ("delete", "This deletes 3 messages to 6 recipients, unsent; nobody is told.", "Deleted 3 messages."),
    ]
    @Test("They are counted, and somebody is asked before anything is done", arguments: verbs)
    func asks(verb: String, question: String, done: String) throws {
        let refused = Queue([3, 4, 9])
        let no = try run("queue \(verb) --all", refused, FakeConsole(canAsk: true, answers: ["no"]))
        #expect(no.status == 1 && no.console.errors.contains(question), "\(no.console.errors)")
        #expect(refused.made == ["POST /queue/\(verb)?dryRun=true"])
        let silent = Queue([3, 4, 9])
        #expect(try run("queue \(verb) --all", silent).status != 0, "nobody is there to ask")
        #expect(silent.made == ["POST /queue/\(verb)?dryRun=true"])
        let wanted = Queue([3, 4, 9]), yes = try run("queue \(verb) --all", wanted, FakeConsole(canAsk: true, answers: ["yes"]))
        #expect(yes.status == 0 && yes.console.output == "\(done)\n")
        #expect(wanted.made == ["POST /queue/\(verb)?dryRun=true", "POST /queue/\(verb)"])
    }

    @Test("A trial counts alone") func tried() throws {
        let queue = Queue(Array(1...1_200)), done = try run("queue delete --all --dry-run", queue)
        #expect(done.status == 0 && done.console.output == "Dry run, nothing was done: Deleted 1200 messages.\n")
        #expect(queue.made == ["POST /queue/delete?dryRun=true"])
    }

    @Test("They are changed page by page, each once", arguments: [(0, 1), (1, 2), (499, 2), (500, 3), (1_001, 4)])
    func pages(count: Int, requests: Int) throws {
        let queue = Queue((0..<count).map { $0 * 3 + 1 }), done = try run("queue release --all --yes --format json", queue)
        #expect(done.status == 0 && done.console.output.contains("\"messages\" : \(count)\n"), "\(done.console.output)")
        #expect(queue.made.count == requests)
    }

    @Test("Where there are none, nobody is asked") func empty() throws {
        let queue = Queue([]), done = try run("queue release --all", queue, FakeConsole(canAsk: true))
        #expect(done.status == 0 && done.console.output == "No such message waits and is held.\n")
    }

    @Test("What is broken off tells how far it came") func brokenOff() throws {
        let done = try run("queue delete --all --yes", Queue(Array(1...1_200), failsAfter: 3))
        #expect(done.status != 0)
        #expect(done.console.errors.contains("1000 of 1200 messages are done; run it again to go on with the others."))
    }

    @Test(
        "One message or all are named, and filters are those of all",
        arguments: [
            "queue delete", "queue delete 7 --all", "queue release 7 --tenant acme", "queue retry 7 --recipient-domain x.example",
            "queue release --tenant acme", "queue hold", "queue hold 7 --all", "queue hold 7 --tenant acme",
            "queue delete --all --recipient-domain x", "queue list --recipient-domain x",
        ])
    func refused(line: String) throws {
        let queue = Queue([7])
        #expect(try run("\(line) --yes", queue).status == 64)
        #expect(queue.made.isEmpty)
    }

    @Test("A list is narrowed by the control plane") func list() throws {
        let both = "GET /queue?tenant=acme&recipientDomain=x.example", one = "GET /queue?recipientDomain=x.example"
        for (line, request, words) in [
            ("queue list", "GET /queue", "The queue is empty.\n"),
            ("queue list --recipient-domain X.example", one, "No such message waits.\n"),
            ("queue list --tenant acme --recipient-domain x.example", both, "No such message waits.\n"),
        ] {
            let console = FakeConsole(), transport = FakeTransport([request: (200, "[]")])
            let interpreter = Interpreter(console: console) { _ in transport }
            let (outcome, _) = interpreter.perform(line: try CommandWords.split(line), base: Settings(dataDirectory: "/nowhere"))
            guard case .report(let report) = outcome else {
                Issue.record("\(line): \(outcome)")
                continue
            }
            #expect(Printer(console: console, format: .table).report(report) == 0)
            #expect(transport.made == [request] && console.output == words, "\(line)")
        }
    }

    @Test("The question says whose, and to where") func filtered() throws {
        let queue = Queue([7]), line = "queue delete --all --tenant acme --recipient-domain x.example"
        let asked = try run(line, queue, FakeConsole(canAsk: true, answers: ["no"]))
        #expect(
            asked.console.errors.contains(
                "This deletes 1 message of tenant acme to 2 recipients, of which each has one at x.example, unsent; nobody is told."),
            "\(asked.console.errors)")
    }
}
