import AdminAPI
import AdminShell
import FoundationEssentials
import Testing

/// `--dry-run` on whatever changes something.
@Suite("Dry runs") struct DryRunTests {
    private static let importPath = FileManager.default.temporaryDirectory.path + "/casella-tried-\(UInt32.random(in: .min ... .max)).csv"

    /// For every call that changes something, a line that makes it.
    static let lines = """
        tenant create acme
        tenant suspend acme
        tenant resume acme
        tenant delete acme
        tenant undelete acme
        tenant compact acme
        plan create small --users 3
        plan set small --users 3
        plan delete small
        plan assign small --tenant acme
        plan override acme --users 3
        domain create acme.example --tenant acme
        domain rename old.example acme.example
        domain delete acme.example
        domain undelete acme.example
        domain mta-sts acme.example --mode enforce
        domain alias also.example --of acme.example
        domain unalias also.example
        domain claim new.example
        domain verify new.example
        domain unclaim new.example
        dkim create acme.example
        dkim activate acme.example
        dkim delete acme.example lastr
        user create ann@acme.example --generate
        user import \(importPath)
        user suspend ann@acme.example
        user resume ann@acme.example
        user password ann@acme.example --generate
        user must-change ann@acme.example
        user totp ann@acme.example
        user totp ann@acme.example --off
        user change-password ann@acme.example --password-stdin
        user rename ann@acme.example anna@acme.example
        user delete ann@acme.example --now
        user undelete ann@acme.example
        self app-password ann@acme.example --name phone --password-stdin
        self revoke ann@acme.example phone --password-stdin
        app-password create ann@acme.example --name phone
        app-password delete ann@acme.example phone
        alias create info@acme.example --to ann@acme.example
        alias delete info@acme.example --now
        alias undelete info@acme.example
        group create team@acme.example --member ann@acme.example
        group set team@acme.example --posting owners
        group add team@acme.example --member ann@acme.example
        group remove team@acme.example --member ann@acme.example
        group delete team@acme.example
        group undelete team@acme.example
        mailbox create desk@acme.example
        mailbox add desk@acme.example --member ann@acme.example --rights read
        mailbox remove desk@acme.example --member ann@acme.example
        mailbox delete desk@acme.example
        vacation set ann@acme.example --subject Away --text Back
        vacation clear ann@acme.example
        forward set ann@acme.example --to bob@acme.example --no-copy
        forward clear ann@acme.example
        hold set ann@acme.example --reason 'case 7'
        hold release ann@acme.example
        hold copy ann@acme.example --to desk@acme.example
        quota set acme --bytes 1GB
        quota check --repair
        queue retry 7
        queue hold 7
        queue release 7
        queue delete 7
        queue retry --all
        queue hold --all
        queue release --all --tenant acme
        queue delete --all --recipient-domain elsewhere.example
        login unlock 192.0.2.0/24
        session end acme
        session password --password-stdin
        worker restart gateway
        certificate import --certificate /c.pem --key /k.pem
        certificate delete mail.example
        administrator create jo --role auditor --generate
        administrator suspend jo
        administrator resume jo
        administrator password jo --generate
        administrator totp jo
        administrator delete jo
        """.split(separator: "\n").map(String.init)

    private static func key(_ selector: String, _ state: String) -> String {
        #"{"domain":"acme.example","selector":"\#(selector)","algorithm":"rsa-sha256","state":"\#(state)","#
            + #""record":{"name":"\#(selector)._domainkey.acme.example.","type":"TXT","value":"\"v=DKIM1\"","purpose":"DKIM"},"#
            + #""createdAt":"2026-05-04T03:02:01Z","changedAt":"2026-05-04T03:02:01Z"}"#
    }
    private static let repaired =
        #"{"compared":{"users":2,"domains":1,"tenants":1},"repaired":true,"levels":[\#(Prepared.differing)]}"#
    private static let gateway = #"{"name":"gateway","state":"running","pid":7,"startedAt":"2026-05-04T03:02:01Z","crashes":0}"#

    private static let mailbox =
        #"{"address":"desk@acme.example","tenant":"acme","state":"active","suspended":[],"memberCount":0,"#
        + #""quota":{"bytes":null,"messages":null},"usage":{"bytes":0,"messages":0},"createdAt":"2026-05-04T03:02:01Z"}"#
    private static let queued =
        #"{"id":7,"sender":"ann@acme.example","size":5,"receivedAt":"2026-05-04T03:02:01Z","#
        + #""expiresAt":"2026-05-09T03:02:01Z","held":false,"recipients":[]}"#
    private static let administrator = #"{"name":"jo","role":"auditor","state":"active","createdAt":"2026-05-04T03:02:01Z"}"#
    private static let records =
        #"[{"name":"x._domainkey.acme.example.","type":"TXT","value":"\"v=DKIM1\"","purpose":"DKIM"}]"#

    private static func responses(keys: String) -> [String: (Int, String)] {
        var prepared = Prepared.responses
        let made = "[\(key("newr", "waiting"))]"
        let more: [(String, String)] = [
            ("GET /domains/acme.example", Prepared.domain), ("GET /domains/acme.example/dkim", "[\(keys)]"),
            ("DELETE /domains/acme.example/dkim/lastr?dryRun=true", "{}"), ("DELETE /domains/acme.example/dkim/lastr", "{}"),
            ("POST /domains/acme.example/dkim?dryRun=true", made), ("POST /domains/acme.example/dkim", made),
            ("GET /domains/acme.example/dns", records), ("GET /mailboxes/desk%40acme.example", mailbox), ("GET /queue/7", queued),
            ("GET /administrators/jo", administrator), ("POST /quota-checks?dryRun=true", repaired),
            ("POST /workers/gateway/restart?dryRun=true", gateway),
            ("POST /claims/new.example/verify?dryRun=true", Prepared.provedDomain),
        ]
        for (request, answer) in more { prepared[request] = (200, answer) }
        return prepared
    }

    /// What running the line asked for, and what it said.
    private func run(
        _ line: String, _ console: FakeConsole, keys: String = ""
    ) throws -> (requests: [(call: any AnyCall, isTrial: Bool)], made: [String], status: Int32) {
        let transport = FakeTransport(Self.responses(keys: keys))
        let interpreter = Interpreter(console: console) { [transport] _ in transport }
        let (outcome, settings) = interpreter.perform(line: try CommandWords.split(line), base: Settings(dataDirectory: "/nowhere"))
        let printer = Printer(console: console, format: settings.format)
        let status: Int32 =
            switch outcome {
            case .report(let report): printer.report(report)
            case .failure(let failure): printer.failure(failure)
            case .help, .batch, .shell: -1
            }
        let requests = try transport.made.map { request in
            let words = request.split(separator: " ")
            let parts = words[1].split(separator: "?")
            let call = try #require(Calls.all.first { $0.method.rawValue == words[0] && $0.path.match(parts[0]) != nil }, "\(request)")
            return (call: call, isTrial: parts.count > 1 && parts[1].split(separator: "&").contains("dryRun=true"))
        }
        return (requests, transport.made, status)
    }

    private var people: FakeConsole { FakeConsole(input: ["old password", "correct horse", "123456"]) }

    @Test("Every command that changes something takes --dry-run, and asks for nothing but a trial") func every() throws {
        #expect(FileManager.default.createFile(atPath: Self.importPath, contents: Data("address\nann@acme.example\n".utf8)))
        defer { try? FileManager.default.removeItem(atPath: Self.importPath) }
        var tried: Set<String> = []
        for line in Self.lines {
            let (requests, _, _) = try run("\(line) --dry-run", people)
            for (call, isTrial) in requests { #expect(isTrial == (call.effect != .reads), "\(line): \(call.command)") }
            tried.formUnion(requests.filter(\.isTrial).map(\.call.command))
        }
        let changing = Set(Calls.all.filter { $0.effect != .reads }.map(\.command))
        #expect(tried == changing.subtracting(Rehearsal.exceptions.keys), "a line for each, but for the exceptions")
    }

    @Test("Every command's help has --dry-run") func help() {
        func check(_ path: [String]) {
            let command = CommandTree.find(path).command
            let below = CommandTree.names(under: command)
            for name in below { check(path + [name]) }
            guard below.isEmpty else { return }
            #expect(CommandTree.options(of: command).contains { $0.name == "--dry-run" }, "\(path)")
        }
        check([])
    }

    @Test("A login is refused as a trial before a password is asked for") func login() throws {
        let console = FakeConsole(canAsk: true, answers: ["correct horse", "123456"])
        let (requests, _, status) = try run("session login jo --server mail.example --dry-run", console)
        #expect(status == 65 && requests.isEmpty && console.hiddenQuestions == 0)
        #expect(console.errors.contains("cannot be tried without being done") && console.errors.contains("one-time password"))
    }

    @Test("Manual pages are not written in a trial, which needs a directory all the same") func manual() throws {
        let directory = FileManager.default.temporaryDirectory.path + "/casella-tried-\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        #expect(try run("manual \(directory) --dry-run", FakeConsole()).status == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory).isEmpty)
        #expect(try run("manual \(directory)/nowhere --dry-run", FakeConsole()).status == 65)
    }

    @Test("A trial's words do not claim what was not done") func words() throws {
        for (line, words, wrong) in [
            ("dkim create acme.example", "would be made", "Publish"), ("domain verify new.example", "would be a domain", "may go"),
            ("quota check --repair", "one differs from what is stored and would be set right.\nDry run", "was set right"),
            ("worker restart gateway", "Dry run, nothing was done: Restarted gateway.", "was restarted"),
        ] {
            let console = FakeConsole()
            let (_, _, status) = try run("\(line) --dry-run", console)
            #expect(status == 0 && console.output.contains(words) && !console.output.contains(wrong), "\(line): \(console.output)")
        }
        let console = FakeConsole()
        _ = try run("dkim create acme.example", console)
        #expect(console.output.contains("Publish:\n") && console.output.contains("newr._domainkey.acme.example."))
    }

    @Test("What another program reads stays as it is in a trial") func scripts() throws {
        let plain = FakeConsole(), tried = FakeConsole()
        _ = try run("completion bash", plain)
        _ = try run("completion bash --dry-run", tried)
        #expect(plain.output == tried.output && plain.output.hasPrefix("_casella()"))
    }

    private static let warning = "It is the last key that signs: mail of acme.example goes unsigned afterwards."

    @Test("Before the last key that signs is deleted it is said that mail goes unsigned, in a trial too") func lastKey() throws {
        let last = [Self.key("lastr", "active"), Self.key("olde", "retired"), Self.key("nextr", "waiting")].joined(separator: ",")
        let asked = FakeConsole(canAsk: true, answers: ["no"])
        let (_, made, status) = try run("dkim delete acme.example lastr", asked, keys: last)
        #expect(status == 1 && made == ["GET /domains/acme.example/dkim"])
        #expect(asked.errors.contains(Self.warning))
        let tried = FakeConsole()
        #expect(try run("dkim delete acme.example lastr --dry-run", tried, keys: last).status == 0)
        #expect(tried.output.contains(Self.warning))
        let done = FakeConsole()
        #expect(try run("dkim delete acme.example lastr --yes", done, keys: last).status == 0)
        #expect(done.output.contains("mail of acme.example goes unsigned now"))

        let another = "\(last),\(Self.key("laste", "active"))"
        let one = FakeConsole(canAsk: true, answers: ["yes"])
        #expect(try run("dkim delete acme.example lastr", one, keys: another).status == 0)
        #expect(one.errors.contains("can no longer be verified") && !"\(one.errors)\(one.output)".contains("unsigned"))
        // One that does not sign is deleted without a word.
        let waiting = FakeConsole()
        let keys = "\(Self.key("lastr", "waiting")),\(Self.key("olde", "active"))"
        #expect(try run("dkim delete acme.example lastr", waiting, keys: keys).status == 0)
        #expect(!waiting.output.contains("unsigned"))
    }

    @Test(
        "`domain dns` says that no key signs, whatever records there are",
        arguments: [
            ("active", nil), ("waiting", "`dkim activate acme.example`"), ("retired", "`dkim create`"),
        ] as [(String, String?)])
    func unsigned(state: String, words: String?) throws {
        for option in ["", " --zone"] {
            let console = FakeConsole()
            #expect(try run("domain dns acme.example\(option)", console, keys: Self.key("x", state)).status == 0)
            #expect(console.output.contains("No key signs") == (words != nil), "\(console.output)")
            if let words { #expect(console.output.contains(words)) }
        }
    }
}
