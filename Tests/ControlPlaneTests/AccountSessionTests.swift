import AdminAPI
import Postgres
import Runtime
import Supervision
import Testing

@testable import ControlPlane

@Suite("Sessions at the account pages", .serialized, .timeLimit(.minutes(2))) @EventLoopActor struct AccountSessionTests {
    private let ann = "ann@acme.example"

    private func signedIn(_ platform: TestPlatform, _ name: String = "ann", from client: String = "192.0.2.7") async -> Browser {
        let browser = Browser(platform, from: client)
        await browser.signIn("\(name)@acme.example", TestPlatform.password)
        return browser
    }

    @Test("End when nobody uses them, and after half a day in any case") func expiry() async throws {
        let platform = try await TestPlatform()
        try await platform.addUser("ann")
        let browser = await signedIn(platform), idle = await signedIn(platform)
        platform.waited += .seconds(14 * 60)
        #expect(await browser.isSignedIn())
        platform.waited += .seconds(2 * 60)
        #expect(await browser.isSignedIn())
        #expect(await idle.isSignedIn() == false)
        let late = await idle.post("/account/vacation", [("subject", "Away"), ("text", "I am away.")])
        #expect(late.status == 403 && late.text.contains("not signed in"))
        #expect(try await platform.count("vacations") == 0)
        for _ in 0..<(12 * 6) {
            platform.waited += .seconds(10 * 60)
            _ = await browser.get("/account/vacation")
        }
        #expect(await browser.isSignedIn() == false)
        #expect(platform.accountSessions.count == 0)
        await platform.close()
    }

    @Test("Are so many of one account, and the oldest makes room") func bounds() async throws {
        let platform = try await TestPlatform()
        let keys = try await platform.addUser("ann")
        let standing = try #require(try await platform.calls().standing(of: keys))
        let browser = await signedIn(platform)
        for _ in 1..<AccountSessions.perAccount { _ = try platform.accountSessions.begin(standing, from: "192.0.2.8") }
        #expect(await browser.isSignedIn())
        _ = try platform.accountSessions.begin(standing, from: "192.0.2.8")
        #expect(await browser.isSignedIn() == false)
        #expect(platform.accountSessions.count == AccountSessions.perAccount)
        await platform.close()
    }

    @Test("Are so many in all, and the one that was not used for longest makes room") func boundsOfAll() async throws {
        let platform = try await TestPlatform()
        let sessions = AccountSessions(inAll: 3) { ContinuousClock.now + platform.waited }
        var tokens: [String] = []
        for name in ["ann", "bob", "carl"] {
            let standing = try #require(try await platform.calls().standing(of: try await platform.addUser(name)))
            tokens.append(try sessions.begin(standing, from: "192.0.2.7").token)
            platform.waited += .seconds(1)
        }
        #expect(try sessions.session(tokens[0]) != nil)
        platform.waited += .seconds(1)
        let standing = try #require(try await platform.calls().standing(of: try await platform.addUser("dora")))
        _ = try sessions.begin(standing, from: "192.0.2.7")
        #expect(try sessions.session(tokens[1]) == nil)
        #expect(try sessions.session(tokens[0]) != nil)
        #expect(try sessions.session(tokens[2]) != nil)
        #expect(sessions.count == 3)
        await platform.close()
    }

    @Test("An account's forms are so many at once, in all its sessions, and another every two seconds") func pace() async throws {
        let platform = try await TestPlatform()
        try await platform.addUser("ann")
        try await platform.addUser("bob")
        var pace = ChangePace()
        let now = ContinuousClock.now, ann = UserKeys(tenant: 1, user: 1), bob = UserKeys(tenant: 1, user: 2)
        let asked: [(UserKeys, Duration)] = [
            (ann, .zero), (ann, .milliseconds(1_999)), (bob, .zero), (ann, .seconds(2)), (ann, .seconds(2)),
        ]
        var admitted = 0
        for _ in 0..<ChangePace.burst where pace.admits(ann, at: now) { admitted += 1 }
        #expect(admitted == ChangePace.burst)
        let outcomes = asked.map { pace.admits($0.0, at: now + $0.1) }
        #expect(outcomes == [false, false, true, true, false])

        let browser = await signedIn(platform), second = await signedIn(platform), other = await signedIn(platform, "bob")
        let keys = try #require(platform.accountSessions.all(tenant: platform.tenant, user: nil).first).standing.keys
        while platform.accountSessions.admitsChange(of: keys) {}
        for one in [browser, second] {
            let refused = await one.post("/account/vacation", [("subject", "Away"), ("text", "I am away.")])
            #expect(refused.status == 429 && refused.text.contains("too much at once"))
        }
        #expect(try await platform.count("audit_log") == 0)
        #expect(try await platform.count("vacations") == 0)
        #expect(await other.post("/account/vacation", [("subject", "Away"), ("text", "I am away.")]).status == 303)
        #expect(await browser.post("/account/sign-out").status == 303)
        platform.waited += .seconds(3)
        #expect(await second.post("/account/vacation", [("subject", "Away"), ("text", "I am away.")]).status == 303)
        await platform.close()
    }

    @Test("A form needs the token of its own session") func token() async throws {
        let platform = try await TestPlatform()
        try await platform.addUser("ann")
        try await platform.addUser("bob")
        let browser = await signedIn(platform), other = await signedIn(platform, "bob")
        let text = "subject=Away&text=I+am+away."
        for body in [text, "\(text)&token=", "\(text)&token=\(other.token ?? "")", "\(text)&token=\(browser.token ?? "")&token=x"] {
            let answer = await browser.post("/account/vacation", body: body)
            #expect(answer.status == 403, "\(body)")
        }
        for headers in [[("Sec-Fetch-Site", "cross-site")], [("Origin", "https://evil.example")]] {
            #expect(await browser.post("/account/vacation", [("subject", "Away"), ("text", "Away.")], headers: headers).status == 403)
        }
        #expect(try await platform.count("vacations") == 0)
        let taken = await browser.post("/account/vacation", body: "\(text)&token=\(browser.token ?? "")")
        #expect(taken.status == 303)
        #expect(try await platform.count("vacations") == 1)
        await platform.close()
    }

    @Test("Are listed; one is ended, or all others") func ending() async throws {
        let platform = try await TestPlatform()
        try await platform.addUser("ann")
        try await platform.addUser("bob")
        let browser = await signedIn(platform), second = await signedIn(platform, from: "192.0.2.8")
        let third = await signedIn(platform, from: "192.0.2.9"), bob = await signedIn(platform, "bob")
        let page = await browser.get("/account/sessions")
        for client in ["192.0.2.7", "192.0.2.8", "192.0.2.9"] { #expect(page.text.contains(client)) }
        #expect(page.text.contains("This browser"))
        let numbers = platform.accountSessions.all(tenant: platform.tenant, user: nil).map(\.number)
        // Bob's is the fourth, and nobody's whom Ann could end.
        let foreign = await browser.post("/account/sessions/end", [("session", "\(numbers[3])")])
        #expect(foreign.status == 404)
        #expect(await bob.isSignedIn())
        #expect(await browser.post("/account/sessions/end", [("session", "\(numbers[1])")]).status == 303)
        #expect(await second.isSignedIn() == false)
        #expect(await third.isSignedIn())
        #expect(await browser.post("/account/sessions/end-others").status == 303)
        #expect(await third.isSignedIn() == false)
        #expect(await browser.isSignedIn())
        #expect(await bob.isSignedIn())
        #expect(await browser.post("/account/sessions/end", [("session", "\(numbers[0])")])["Location"] == "/account")
        #expect(await browser.isSignedIn() == false)
        await platform.close()
    }

    @Test("End with what ends those of mail programs") func ended() async throws {
        let platform = try await TestPlatform()
        let calls = platform.calls()
        var users: [String: UserKeys] = [:]
        for name in ["ann", "bob", "carl", "dora", "emil", "fay", "guy", "hal"] {
            users[name] = try await platform.addUser(name)
            await signedIn(platform, name).forget()
        }
        func path(_ name: String) -> [String: String] { ["address": "\(name)@acme.example"] }
        _ = try await calls.suspendUser(platform.request(SuspensionChange(), path("ann")))
        expectEnd(of: "ann")
        let rename = UserRename(address: try EmailAddress("robert@acme.example"), keepAlias: false)
        _ = try await calls.renameUser(platform.request(rename, path("bob")))
        expectEnd(of: "bob")
        _ = try await calls.setPassword(platform.request(NewPassword(.given("Quitten-Gelee-im-Regen-8")), path("carl")))
        expectEnd(of: "carl")
        _ = try await calls.deleteUser(platform.request(Nothing(), path("dora")))
        expectEnd(of: "dora")
        _ = try await calls.enableOneTimePasswords(platform.request(Nothing(), path("emil")))
        expectEnd(of: "emil")
        _ = try await calls.demandPassword(platform.request(PasswordDemand(within: 0), path("fay")))
        expectEnd(of: "fay")
        calls.endSessions(tenant: platform.tenant, user: users["guy"]?.user, services: [.imap, .pop3, .submission], reason: "no mail")
        #expect(platform.accountSessions.count == 2, "what concerns mail programs alone ends nothing here")
        calls.endSessions(tenant: platform.tenant, user: nil, reason: "all")
        #expect(platform.accountSessions.count == 0)
        await platform.close()

        func expectEnd(of name: String) {
            let left = platform.accountSessions.all(tenant: platform.tenant, user: users[name]?.user)
            #expect(left.isEmpty, "\(name)")
        }
    }

    @Test("End once the tables say something else, whoever wrote it") func changedBehind() async throws {
        let platform = try await TestPlatform()
        let changes = [
            ("users", "suspended = '{login}'"), ("users", "limits = '{\"protocols\": [\"imap\"]}'"), ("users", "local_part = 'other'"),
            ("credentials", "changed_at = now() + interval '1 second'"),
            ("users", "deleted_at = now(), kept_until = now() + interval '1 day'"),
        ]
        for (number, (table, assignment)) in changes.enumerated() {
            let keys = try await platform.addUser("user\(number)")
            let browser = await signedIn(platform, "user\(number)")
            #expect(await browser.isSignedIn())
            try await platform.change(table, assignment, of: keys)
            #expect(await browser.isSignedIn() == false, "\(assignment)")
            try await platform.change("users", "suspended = '{}'", of: keys)
            #expect(await browser.isSignedIn() == false, "for good")
        }
        let careful = try await platform.addUser("careful")
        _ = try await platform.owner.query(
            "INSERT INTO one_time_passwords (tenant_id, user_id, secret) VALUES ($1, $2, 'a secret')",
            [.int8(careful.tenant), .int8(careful.user)])
        let (_, session) = try platform.accountSessions.begin(
            #require(try await platform.calls().standing(of: careful)), from: "192.0.2.7")
        #expect(session.fits(try #require(try await platform.calls().standing(of: careful))))
        try await platform.change("one_time_passwords", "created_at = created_at + interval '1 second'", of: careful)
        #expect(!session.fits(try #require(try await platform.calls().standing(of: careful))), "others were set up")
        // The same password, hashed anew, is the same.
        let keys = try await platform.addUser("same")
        let browser = await signedIn(platform, "same")
        let hash = try await platform.calls().hashing.hash(TestPlatform.password, for: .platform)
        try await platform.change("credentials", "hash = '\(hash)'", of: keys)
        #expect(await browser.isSignedIn())
        await platform.close()
    }
}
