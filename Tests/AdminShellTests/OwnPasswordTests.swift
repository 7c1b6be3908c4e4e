import AdminAPI
import AdminShell
import FoundationEssentials
import Testing

/// Passwords that must be changed, one-time passwords, and what people change themselves.
struct OwnPasswordTests {
    static let demands = [
        ("user must-change ann@acme.example", #"{"within":0}"#), ("user must-change ann@acme.example --within 7d", #"{"within":604800}"#),
        ("user must-change ann@acme.example --off", "{}"),
    ]
    @Test("A password is to be changed at once, in a while, or not any more", arguments: demands)
    func demand(line: String, body: String) throws {
        let bench = Bench()
        #expect(try bench.run(line) == 0)
        #expect(bench.transport.made == ["POST /users/ann%40acme.example/must-change \(body)"])
    }

    @Test("Whoever sets a password may have it changed") func set() throws {
        let bench = Bench(FakeConsole(input: ["correct horse"]))
        #expect(try bench.run("user password ann@acme.example --password-stdin --must-change --within 12h") == 0)
        #expect(bench.transport.made.first?.contains(#""mustChange":{"within":43200}"#) == true)
        #expect(try Bench().run("user password ann@acme.example --generate --within 12h") == 64)
        #expect(try Bench().run("user create ann@acme.example --no-password --must-change") == 64)
        #expect(try Bench().run("user must-change ann@acme.example --off --within 1d") == 64)
    }

    @Test("Times are numbers with a unit, of a year at most", arguments: [("0", 0), ("90m", 5_400), ("1w", 604_800), ("365d", 31_536_000)])
    func times(text: String, seconds: Int64) throws { #expect(try PasswordDemandTime.seconds(text) == seconds) }

    @Test("Other times are refused", arguments: ["", "d", "7", "-1d", "366d", "1y", "7 d", "99999999999999999999w", "9223372036854775807w"])
    func wrongTimes(text: String) { #expect(throws: AdminError.self) { try PasswordDemandTime.seconds(text) } }

    @Test("People change their own with the present one, and a one-time password if they have such", arguments: [nil, "123456"])
    func own(code: String?) throws {
        let bench = Bench(FakeConsole(input: ["old password", "correct horse"] + (code.map { [$0] } ?? [])))
        #expect(try bench.run("user change-password ann@acme.example --password-stdin") == 0)
        let made = try #require(bench.transport.made.first)
        let body = try #require(made.split(separator: " ", maxSplits: 2).last)
        let change = try JSONDecoder().decode(UserPasswordChange.self, from: Data(body.utf8))
        let address = try LoginName("ann@acme.example")
        #expect(change.proof == AccountProof(address: address, password: "old password", oneTimePassword: code))
        #expect(change.new == .given("correct horse"))
        #expect(!"\(change)\(change.proof)".contains("old password") && !bench.console.output.contains("horse"))
    }

    @Test("They make app passwords for their own devices with the same proof", arguments: [nil, "123456"])
    func ownDevice(code: String?) throws {
        let bench = Bench(FakeConsole(input: ["old password"] + (code.map { [$0] } ?? [])))
        #expect(try bench.run("self app-password ann@acme.example --name phone --service imap --password-stdin") == 0)
        let made = try #require(bench.transport.made.first)
        #expect(made.hasPrefix("POST /self/app-passwords {"))
        let body = try #require(made.split(separator: " ", maxSplits: 2).last)
        let proof = AccountProof(address: try LoginName("ann@acme.example"), password: "old password", oneTimePassword: code)
        let expected = NewOwnAppPassword(proof: proof, appPassword: NewAppPassword(name: try AppPasswordName("phone"), services: [.imap]))
        #expect(try JSONDecoder().decode(NewOwnAppPassword.self, from: Data(body.utf8)) == expected)
        #expect(bench.console.output.contains("Password: made-for-the-phone") && !bench.console.output.contains("old password"))
    }

    @Test("They list and revoke their own app passwords with the same proof", arguments: [nil, "123456"])
    func ownDevices(code: String?) throws {
        let input = ["old password"] + (code.map { [$0] } ?? [])
        let lists = Bench(FakeConsole(input: input)), revokes = Bench(FakeConsole(input: input))
        #expect(try lists.run("self app-passwords ann@acme.example --password-stdin") == 0)
        #expect(lists.console.output.contains("ann@acme.example has no app passwords."))
        #expect(try revokes.run("self revoke ann@acme.example phone --password-stdin") == 0)
        #expect(revokes.console.output.contains("Revoked your app password for phone."))
        let proof = AccountProof(address: try LoginName("ann@acme.example"), password: "old password", oneTimePassword: code)
        let asked = try #require(lists.transport.made.first?.split(separator: " ", maxSplits: 2).last)
        #expect(try JSONDecoder().decode(AccountProof.self, from: Data(asked.utf8)) == proof)
        let revoked = try #require(revokes.transport.made.first?.split(separator: " ", maxSplits: 2).last)
        let expected = OwnAppPasswordRevocation(proof: proof, name: try AppPasswordName("phone"))
        #expect(try JSONDecoder().decode(OwnAppPasswordRevocation.self, from: Data(revoked.utf8)) == expected)
        #expect(!"\(expected)".contains("old password"))
    }

    @Test("Their domain may be written in Unicode, which the platform reads") func ownInUnicode() throws {
        let bench = Bench(FakeConsole(input: ["old password"]))
        #expect(try bench.run("self app-passwords Ann@b\u{fc}cher.example --password-stdin") == 0)
        #expect(bench.console.output.contains("ann@b\u{fc}cher.example has no app passwords."))
        let asked = try #require(bench.transport.made.first?.split(separator: " ", maxSplits: 2).last)
        let proof = try JSONDecoder().decode(AccountProof.self, from: Data(asked.utf8))
        #expect(proof.address.text == "ann@b\u{fc}cher.example")
        #expect(try Bench().run("user password ann@b\u{fc}cher.example --generate") == 64, "what others change is named in ASCII")
    }

    private static let fingerprint = String(repeating: "0f", count: 32)

    @Test("--dry-run tries only, whatever the certificate is trusted for", arguments: ["", "--fingerprint \(fingerprint)"])
    func dryRun(option: String) throws {
        let bench = Bench(FakeConsole(input: ["old password", "correct horse"]))
        let line = "user change-password ann@acme.example --server mx.example --password-stdin --dry-run \(option)"
        #expect(try bench.run(line) == 0)
        #expect(bench.transport.made.count == 1 && bench.transport.made[0].hasPrefix("POST /self/password?dryRun=true "))
    }

    @Test("A fingerprint without a server is refused before a password is asked for") func noServer() throws {
        for command in ["user change-password", "self app-password --name phone", "self app-passwords"] {
            let bench = Bench(FakeConsole(canAsk: true, answers: ["old password"]))
            #expect(try bench.run("\(command) ann@acme.example --fingerprint \(Self.fingerprint)") == 65)
            #expect(bench.console.errors.contains("--server HOST") && bench.console.hiddenQuestions == 0)
            #expect(bench.transport.made.isEmpty)
        }
    }

    @Test("The secret of one-time passwords is shown once, and they are taken away") func oneTime() throws {
        let bench = Bench()
        #expect(try bench.run("user totp ann@acme.example") == 0)
        #expect(bench.console.output.contains("otpauth://totp/x?secret=ABC"))
        #expect(try bench.run("user totp ann@acme.example --off") == 0)
        #expect(bench.transport.made.last == "DELETE /users/ann%40acme.example/totp")
    }
}
