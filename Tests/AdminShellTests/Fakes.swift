import AdminAPI
import AdminShell
import Dispatch
import Synchronization

/// A person with prepared answers, who remembers what was shown.
final class FakeConsole: Console {
    private struct State { var answers: [String?], input: [String], output = "", errors = "", hidden = 0, shown: [String?] = [] }
    private let state: Mutex<State>
    private let interrupted = Mutex(false)
    /// Signalled at each line that tells how far something is.
    let lines = DispatchSemaphore(value: 0)
    let canAsk: Bool
    let progressBar: ProgressBar?

    init(canAsk: Bool = false, answers: [String?] = [], input: [String] = [], progressBar: ProgressBar? = nil) {
        (self.canAsk, self.progressBar) = (canAsk, progressBar)
        state = Mutex(State(answers: answers, input: input))
    }

    var output: String { state.withLock { $0.output } }
    var errors: String { state.withLock { $0.errors } }
    /// Lines that tell how far something is; nil where the line went.
    var shown: [String?] { state.withLock { $0.shown } }
    func show(progress line: String?) {
        state.withLock { $0.shown.append(line) }
        if line != nil { lines.signal() }
    }
    var hiddenQuestions: Int { state.withLock { $0.hidden } }

    var isInterrupted: Bool { interrupted.withLock { $0 } }
    /// Ctrl-C.
    func interrupt() { interrupted.withLock { $0 = true } }

    func ask(_ question: String) -> String? {
        state.withLock { state in
            state.errors += question
            return state.answers.isEmpty ? nil : state.answers.removeFirst()
        }
    }
    func askHidden(_ question: String) -> String? {
        state.withLock { $0.hidden += 1 }
        return ask(question)
    }
    func readLine() -> String? { state.withLock { $0.input.isEmpty ? nil : $0.input.removeFirst() } }
    func write(_ text: String) { state.withLock { $0.output += text } }
    func writeError(_ text: String) { state.withLock { $0.errors += text } }
}

/// A control plane of prepared responses by method and path, which remembers the requests.
final class FakeTransport: Transport {
    private let responses: [String: (Int, String)]
    private let requests = Mutex<[String]>([])

    init(_ responses: [String: (Int, String)]) { self.responses = responses }

    var made: [String] { requests.withLock { $0 } }

    func exchange(_ request: HTTPRequest, _ watch: CallWatch) throws(AdminError) -> HTTPResponse {
        let line = "\(request.method.rawValue) \(request.target)"
        let body = request.body.map { " " + String(decoding: $0, as: UTF8.self) } ?? ""
        requests.withLock { $0.append(line + body) }
        guard let (status, text) = responses[line] else { throw AdminError(.unavailable, "nothing prepared for \(line)") }
        return HTTPResponse(status: status, body: Array(text.utf8))
    }
}

/// A control plane that answers by a rule: the number of the request, from 1, and how it is waited for.
final class Answering: Transport {
    private let answer: @Sendable (Int, CallWatch) throws(AdminError) -> String
    private let requests = Mutex<[String]>([])

    init(_ answer: @escaping @Sendable (Int, CallWatch) throws(AdminError) -> String) { self.answer = answer }

    /// Method and path of each.
    var asked: [String] { requests.withLock { $0 } }

    func exchange(_ request: HTTPRequest, _ watch: CallWatch) throws(AdminError) -> HTTPResponse {
        let number = requests.withLock { requests in
            requests.append("\(request.method.rawValue) \(request.target)")
            return requests.count
        }
        return HTTPResponse(status: 200, body: Array(try answer(number, watch).utf8))
    }
}

/// A platform that holds one tenant.
enum Prepared {
    static let tenant =
        #"{"id":1,"name":"acme","plan":"default","state":"active","suspended":[],"quota":{"bytes":10000000000,"messages":null},"#
        + #""usage":{"bytes":1536,"messages":3},"kept":{"bytes":5000,"messages":1},"#
        + #""domains":1,"users":2,"createdAt":"2026-05-04T03:02:01Z"}"#
    static let user =
        #"{"address":"ann@acme.example","tenant":"acme","state":"active","suspended":[],"hasPassword":true,"hasOneTimePasswords":false,"#
        + #""quota":{"bytes":null,"messages":null},"#
        + #""usage":{"bytes":0,"messages":0},"createdAt":"2026-05-04T03:02:01Z"}"#
    static let domain =
        #"{"name":"acme.example","tenant":"acme","proof":"vouched","aliases":["also.example","old.example"],"users":2,"#
        + #""quota":{"bytes":null,"messages":null},"usage":{"bytes":0,"messages":0},"#
        + #""createdAt":"2026-05-04T03:02:01Z","mtaSTS":"none"}"#
    static let policy =
        #"{"domain":"acme.example","mode":"enforce","id":"00ff","policy":"version: STSv1\r\nmode: enforce\r\n","#
        + #""warnings":["There is no certificate for mta-sts.acme.example."]}"#
    /// A counter that is not what is stored.
    static let differing =
        #"{"level":"user","name":"ann@acme.example","tenant":"acme","counted":{"bytes":1000,"messages":3},"#
        + #""recounted":{"bytes":3000,"messages":4},"difference":{"bytes":-2000,"messages":-1}}"#
    static let logins =
        #"[{"kind":"account","account":"ann@acme.example","count":100,"limit":100,"lockedUntil":"2026-05-04T03:02:01Z"},"#
        + #"{"kind":"address","place":"192.0.2.1","count":3,"limit":30}]"#
    static let claim =
        #"{"name":"new.example","tenant":"acme","state":"open","token":"0123456789abcdef0123456789abcdef","#
        + #""record":{"name":"_casella-challenge.new.example.","type":"TXT","#
        + #""value":"\"casella-domain-verification=0123456789abcdef0123456789abcdef\""},"#
        + #""claimedAt":"2026-05-04T03:02:01Z","expiresAt":"2026-06-03T03:02:01Z"}"#
    static let provedDomain =
        #"{"name":"new.example","tenant":"acme","aliases":[],"proof":"dns","provedAt":"2026-05-05T03:02:01Z","#
        + #""quota":{"bytes":null,"messages":null},"#
        + #""usage":{"bytes":0,"messages":0},"users":0,"createdAt":"2026-05-05T03:02:01Z","mtaSTS":"none"}"#
    static let imported =
        #"{"users":[{"address":"ann@acme.example","outcome":"made"},{"address":"bob@acme.example","outcome":"exists"},"#
        + #"{"address":"carl@acme.example","outcome":"refused","error":{"code":"alreadyExists","#
        + #""message":"carl@acme.example is an alias.","hint":"Delete the alias first."}}]}"#
    static let kept =
        #"{"level":"user","name":"ann@acme.example","tenant":"acme","deletedAt":"2026-05-04T03:02:01Z","#
        + #""keptUntil":"2026-05-18T03:02:01Z","deletedBy":"olga","usage":{"bytes":1536,"messages":3},"held":true}"#
    static let alias = #"{"address":"info@acme.example","tenant":"acme","targets":["ann@acme.example","x@far.example"]}"#
    static let group =
        #"{"address":"team@acme.example","tenant":"acme","posting":"members","owners":[],"memberCount":1,"members":["ann@acme.example"]}"#
    static let keptGroup =
        #"{"level":"group","name":"team@acme.example","tenant":"acme","deletedAt":"2026-05-04T03:02:01Z","#
        + #""usage":{"bytes":0,"messages":0},"held":false}"#
    static let hold =
        #"{"target":"ann@acme.example","tenant":"acme","reason":"case 7","setBy":"olga","setAt":"2026-05-04T03:02:01Z","#
        + #""keptMessages":2,"keptBytes":3000}"#
    static let copies =
        #"{"target":"ann@acme.example","mailbox":"desk@acme.example","folders":[{"name":"ann@acme.example 2026-05-04T03:02:01Z","#
        + #""copied":{"messages":2,"bytes":3000}},{"name":"ann@acme.example (deleted 2026-04-01T00:00:00Z) 2026-05-04T03:02:01Z","#
        + #""copied":{"messages":1,"bytes":500}}]}"#
    static let ownDevice =
        #"{"appPassword":{"address":"ann@acme.example","name":"phone","services":["imap"],"createdAt":"2026-05-04T03:02:01Z"},"#
        + #""password":"made-for-the-phone"}"#
    static let responses: [String: (Int, String)] = [
        "POST /claims": (200, claim), "GET /claims": (200, "[\(claim)]"), "POST /claims/new.example/verify": (200, provedDomain),
        "DELETE /claims/new.example?tenant=acme": (200, "{}"), "GET /domains": (200, "[\(provedDomain)]"),
        "GET /logins": (200, logins),
        "POST /logins/192.0.2.0%2F24/unlock": (200, #"{"subject":"192.0.2.0/24","forgotten":2}"#),
        "GET /tenants": (200, "[\(tenant)]"), "POST /tenants": (201, tenant), "GET /tenants/acme": (200, tenant),
        "DELETE /tenants/acme": (200, #"{"destroyed":false,"keptUntil":"2026-05-18T03:02:01Z"}"#),
        "DELETE /tenants/acme?now=true": (200, #"{"destroyed":true}"#),
        "GET /users/ann%40acme.example": (404, #"{"error":{"code":"notFound","message":"There is no user ann@acme.example."}}"#),
        "GET /deleted": (200, "[\(kept),\(keptGroup)]"), "DELETE /users/ann%40acme.example?now=true": (200, #"{"destroyed":true}"#),
        "POST /users/ann%40acme.example/undelete": (200, user), "GET /holds": (200, "[\(hold)]"),
        "GET /aliases/info%40acme.example": (200, alias),
        "DELETE /aliases/info%40acme.example": (200, #"{"destroyed":false,"keptUntil":"2026-05-18T03:02:01Z"}"#),
        "DELETE /aliases/info%40acme.example?now=true": (200, #"{"destroyed":true}"#),
        "POST /aliases/info%40acme.example/undelete": (200, #"{"alias":\#(alias),"leftOut":["bob@acme.example"]}"#),
        "GET /groups/team%40acme.example": (404, #"{"error":{"code":"notFound","message":"There is no group team@acme.example."}}"#),
        "DELETE /groups/team%40acme.example": (200, #"{"destroyed":true}"#),
        "DELETE /groups/team%40acme.example?now=true": (200, #"{"destroyed":true}"#),
        "POST /groups/team%40acme.example/undelete": (200, #"{"group":\#(group),"leftOut":[]}"#),
        "POST /holds/ann%40acme.example": (200, hold), "DELETE /holds/ann%40acme.example": (200, "{}"),
        "POST /holds/ann%40acme.example/copy": (200, copies), "POST /holds/ann%40acme.example/copy?dryRun=true": (200, copies),
        "POST /holds/bob%40acme.example/copy": (
            409, #"{"error":{"code":"conflict","message":"desk@acme.example has no room for 2 messages (3 KB)."}}"#
        ),
        "POST /tenants/acme/suspend": (409, #"{"error":{"code":"conflict","message":"Tenant acme is suspended already."}}"#),
        "POST /users": (201, #"{"user":\#(user),"generatedPassword":"made-for-you"}"#),
        "POST /users/ann%40acme.example/password": (200, #"{"address":"ann@acme.example"}"#),
        "POST /users/ann%40acme.example/must-change": (200, user),
        "POST /users/ann%40acme.example/totp": (
            200, #"{"address":"ann@acme.example","oneTimePassword":"otpauth://totp/x?secret=ABC"}"#
        ),
        "DELETE /users/ann%40acme.example/totp": (200, user), "POST /self/password": (200, "{}"),
        "POST /self/password?dryRun=true": (200, "{}"), "POST /self/app-passwords/list": (200, "[]"),
        "POST /self/app-passwords/revoke": (200, "{}"), "POST /self/app-passwords": (200, ownDevice),
        "POST /users/import": (200, imported), "POST /users/import?dryRun=true": (200, imported),
        "GET /quota-checks": (200, #"{"compared":{"users":2,"domains":1,"tenants":1},"repaired":false,"levels":[\#(differing)]}"#),
        "POST /quota-checks": (200, #"{"compared":{"users":2,"domains":1,"tenants":1},"repaired":true,"levels":[\#(differing)]}"#),
        "GET /quota-checks?target=acme": (200, #"{"compared":{"users":2,"domains":1,"tenants":1},"repaired":false,"levels":[]}"#),
        "POST /users/ann%40acme.example/rename": (200, user), "POST /domains/old.example/rename": (200, domain),
        "PUT /domains/acme.example/mta-sts": (200, policy),
        "POST /domain-aliases": (200, domain), "DELETE /domain-aliases/also.example": (200, "{}"),
        "GET /users?tenant=acme": (200, "[]"), "GET /workers": (200, "not JSON"), "GET /status": (500, "oops"),
    ]
}

/// Runs lines against the prepared platform.
struct Bench {
    let console: FakeConsole
    let transport = FakeTransport(Prepared.responses)
    let interpreter: Interpreter
    var settings = Settings(dataDirectory: "/nowhere")

    init(_ console: FakeConsole = FakeConsole()) {
        self.console = console
        interpreter = Interpreter(console: console) { [transport] _ in transport }
    }

    /// The exit status.
    @discardableResult
    func run(_ line: String) throws -> Int32 {
        let (outcome, settings) = interpreter.perform(line: try CommandWords.split(line), base: settings)
        let printer = Printer(console: console, format: settings.format)
        switch outcome {
        case .report(let report): return printer.report(report)
        case .help(let text): return printer.help(text)
        case .failure(let failure): return printer.failure(failure)
        case .batch, .shell: return -1
        }
    }
}
