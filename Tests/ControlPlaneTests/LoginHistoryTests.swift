import AdminAPI
import Glibc
import Postgres
import Runtime
import Supervision
import Testing

@testable import ControlPlane

/// Who logged in, from where, with which password, and when.
@Suite("The history of logins", .serialized, .timeLimit(.minutes(3))) @EventLoopActor struct LoginHistoryTests {
    private static let ann = "ann@acme.example", home = "192.0.2.7"

    private func logIn(
        _ platform: TestPlatform, _ service: ClientService = .imap, from client: String = home, _ password: String = TestPlatform.password
    ) async -> Bool {
        let attempt = LoginAttempt(login: Self.ann, password: password, service: service, clientAddress: client)
        return if case .accepted = await platform.calls().authenticator.authenticate(attempt) { true } else { false }
    }

    private func listed(
        _ platform: TestPlatform, _ target: String? = nil, _ query: [String: String] = [:], as part: AdministeredPart? = nil
    ) async throws -> [UserLogin] {
        var query = query
        query["target"] = target
        let role = part == nil ? Role.owner : .domainAdministrator
        let caller = AdminCaller(name: "test", role: role, part: part, origin: "192.0.2.1", session: nil)
        let request = AdminRequest(body: Nothing(), path: PathParameters([:]), query: PathParameters(query), caller: caller)
        return try await platform.calls().confined(to: part).listPastLogins(request)
    }

    /// Without the moments.
    private func told(_ logins: [UserLogin]) -> [String] {
        logins.map { login in
            let client = login.client ?? "others", password = login.appPassword?.text ?? "own"
            return "\(login.address.localPart) \(login.service.rawValue) \(client) \(password) \(login.logins)"
        }
    }

    private func phone(_ platform: TestPlatform, _ services: [MailService]? = nil) async throws -> String {
        let new = NewAppPassword(name: try AppPasswordName("phone"), services: services)
        return try await platform.calls().createAppPassword(platform.request(new, ["address": Self.ann])).password
    }

    private func tally(
        _ keys: UserKeys, _ service: ClientService = .imap, from client: String = home, at moment: Int64? = nil, logins: Int64 = 1
    ) -> LoginTally {
        let user = AuthenticatedUser(tenant: keys.tenant, user: keys.user, address: Self.ann)
        var tally = LoginTally(user, service, from: client, at: moment ?? Int64(time(nil)))
        tally.logins = logins
        return tally
    }

    /// Rows of earlier days, as if they had been written then.
    private func write(_ rows: [(UserKeys, ago: Int, client: String)], _ platform: TestPlatform) async throws {
        for (keys, ago, client) in rows {
            _ = try await platform.owner.query(
                """
                INSERT INTO logins (tenant_id, user_id, day, service, client, app_password, first_at, last_at, logins)
                SELECT $1, $2, (moment AT TIME ZONE 'UTC')::date, 'imap', $4, '', moment, moment, 1
                FROM (SELECT now() - $3::bigint * interval '1 day' AS moment) k
                """, [.int8(keys.tenant), .int8(keys.user), .int8(Int64(ago)), .text(client)])
        }
    }

    @Test("Every right login counts, in the line of its user, service, address and password; no wrong one does")
    func counted() async throws {
        let platform = try await TestPlatform()
        try await platform.addUser("ann")
        try await platform.addUser("bob")
        let device = try await phone(platform), began = Int64(time(nil))
        // A mail program that opens several connections at once is decided once.
        let atOnce = (0..<5).map { _ in EventLoopActor.task { await self.logIn(platform) } }
        for login in atOnce { #expect(await login.value) }
        #expect(await logIn(platform))
        #expect(await logIn(platform, .pop3))
        #expect(await logIn(platform, .imap, from: "198.51.100.9", device))
        #expect(await logIn(platform, .submission, from: "198.51.100.9", device))
        #expect(await logIn(platform, .imap, "a wrong one") == false)
        #expect(await Browser(platform).signIn(Self.ann, "a wrong one").status == 403)
        let browser = Browser(platform, from: "203.0.113.5")
        #expect(await browser.signIn(Self.ann, TestPlatform.password).status == 303)
        let logins = try await listed(platform, Self.ann)
        #expect(
            Set(told(logins)) == [
                "ann imap 192.0.2.7 own 6", "ann pop3 192.0.2.7 own 1", "ann imap 198.51.100.9 phone 1",
                "ann submission 198.51.100.9 phone 1", "ann web 203.0.113.5 own 1",
            ])
        for login in logins {
            #expect(began <= login.firstAt.secondsSince1970 && login.firstAt <= login.lastAt)
            #expect(login.lastAt.secondsSince1970 <= Int64(time(nil)) && login.lastAt.description.hasPrefix(login.day.text))
        }
        let shown = try await platform.calls().showUser(platform.request(Nothing(), ["address": Self.ann]))
        let last = try #require(shown.lastLogin)
        #expect(logins.contains { $0.last == last } && last.at == logins.map(\.lastAt).max())
        let bob = try await platform.calls().showUser(platform.request(Nothing(), ["address": "bob@acme.example"]))
        #expect(bob.lastLogin == nil)
        let page = await browser.get("/account").text
        for words in [
            "<td>Sending mail</td><td>198.51.100.9</td><td>App password phone</td>", "<td>Account pages</td><td>203.0.113.5</td>",
        ] {
            #expect(page.contains(words), "\(page)")
        }
        await platform.close()
    }

    @Test("An app password that is good for one service opens no other one in the same moment") func atOnce() async throws {
        let platform = try await TestPlatform()
        try await platform.addUser("ann")
        let device = try await phone(platform, [.imap])
        let outcomes = [ClientService.imap, .submission, .imap].map { service in
            EventLoopActor.task { await self.logIn(platform, service, device) }
        }
        var areIn: [Bool] = []
        for outcome in outcomes { areIn.append(await outcome.value) }
        #expect(areIn == [true, false, true])
        #expect(told(try await listed(platform)) == ["ann imap 192.0.2.7 phone 2"])
        await platform.close()
    }

    @Test("No login waits for it, and what cannot be written is written later") func beside() async throws {
        let platform = try await TestPlatform()
        try await platform.addUser("ann")
        let history = platform.calls().authenticator.history
        let writing = try await platform.holding("LOCK TABLE logins IN ACCESS EXCLUSIVE MODE", until: 1) {
            EventLoopActor.task {
                _ = await self.logIn(platform)
                return (try? await history.write()) != nil
            }
        } beforeLettingGo: {
            let areIn = [await logIn(platform), await logIn(platform, .pop3)]
            #expect(areIn == [true, true])
        }
        #expect(await writing.value)
        #expect(Set(told(try await listed(platform))) == ["ann imap 192.0.2.7 own 2", "ann pop3 192.0.2.7 own 1"])

        try await platform.owner.script("ALTER TABLE logins RENAME TO elsewhere")
        #expect(await logIn(platform))
        await #expect(throws: PostgresError.self) { try await history.write() }
        try await platform.owner.script("ALTER TABLE elsewhere RENAME TO logins")
        #expect(told(try await listed(platform)).contains("ann imap 192.0.2.7 own 3"))
        await platform.close()
    }

    @Test("Of a user and a day there are so many lines, and one for each service that counts all others") func bounded() async throws {
        let platform = try await TestPlatform()
        let ann = try await platform.addUser("ann"), bob = try await platform.addUser("bob")
        let history = platform.calls().authenticator.history, most = LoginHistory.perDay
        history.add(repeated: (0..<most - 10).map { tally(ann, from: "10.0.0.\($0)") })
        try await history.write()
        history.add(repeated: (0..<30).map { tally(ann, .pop3, from: "10.0.1.\($0)", logins: 2) })
        history.add(repeated: [tally(ann, .submission, from: "10.0.2.1"), tally(ann, from: "10.0.0.1", logins: 5), tally(bob)])
        try await history.write()
        let lines = try await listed(platform, Self.ann, ["count": "1000"])
        let apart = lines.filter { $0.client != nil }, others = lines.filter { $0.client == nil }
        #expect(apart.count == most && others.count <= 2 && others.allSatisfy { $0.appPassword == nil })
        let counted = lines.reduce(Int64(0)) { $0 + $1.logins }
        #expect(counted == 156, "90, 60, 1 and 5")
        #expect(told(lines).contains("ann imap 10.0.0.1 own 6"))
        #expect(told(try await listed(platform, "bob@acme.example")) == ["bob imap 192.0.2.7 own 1"])
        // One more of others, and one that is known.
        history.add(repeated: [tally(ann, from: "10.0.3.1"), tally(ann, from: "10.0.0.1")])
        #expect(try await told(listed(platform, Self.ann, ["count": "1000"])).contains("ann imap others own 1"))
        #expect(try await told(listed(platform, Self.ann, ["count": "1000"])).contains("ann imap 10.0.0.1 own 7"))
        await platform.close()
    }

    @Test("The gateway tells of logins that it let in, and is not believed what cannot be") func repeated() async throws {
        let platform = try await TestPlatform()
        let ann = try await platform.addUser("ann"), nobody = UserKeys(tenant: platform.tenant, user: 1)
        let history = platform.calls().authenticator.history, now = Int64(time(nil))
        var elsewhere = tally(ann), named = tally(ann)
        elsewhere.kind.day -= 1
        named.kind.appPassword = ""
        history.add(repeated: [
            tally(ann, logins: 3), tally(nobody), tally(ann, .web), tally(ann, at: now + 60), tally(ann, at: now - 700), elsewhere, named,
            tally(ann, .pop3, logins: 0), tally(ann, .pop3, logins: .max), tally(ann, from: "192.0.2.7\0"), tally(ann, from: ""),
            tally(ann, from: String(repeating: "1", count: 65)),
        ])
        #expect(told(try await listed(platform)) == ["ann imap 192.0.2.7 own 3"])
        await platform.close()
    }

    @Test("What is too old is forgotten, and what was of a user goes with the user, under any name until then") func ends() async throws {
        let platform = try await TestPlatform()
        let ann = try await platform.addUser("ann"), history = platform.calls().authenticator.history
        try await write([(ann, 91, "10.0.0.91"), (ann, 90, "10.0.0.90"), (ann, 1, "10.0.0.1")], platform)
        #expect(told(try await listed(platform, Self.ann)) == ["ann imap 10.0.0.1 own 1", "ann imap 10.0.0.90 own 1"])
        try await history.forgetOld()
        #expect(try await platform.count("logins") == 2)
        let rename = platform.request(UserRename(address: try EmailAddress("anna@acme.example"), keepAlias: false), ["address": Self.ann])
        _ = try await platform.calls().renameUser(rename)
        #expect(told(try await listed(platform)) == ["anna imap 10.0.0.1 own 1", "anna imap 10.0.0.90 own 1"])
        let gone = await #expect(throws: AdminError.self) { _ = try await self.listed(platform, Self.ann) }
        #expect(gone?.code == .notFound)

        // Kept as long as the deleted user is, and a login right before the deletion too.
        history.add(repeated: [tally(ann)])
        try await platform.change("users", "deleted_at = now()", of: ann)
        #expect(try await listed(platform).isEmpty)
        #expect(try await platform.count("logins") == 3)
        try await platform.change("users", "deleted_at = NULL", of: ann)
        #expect(try await listed(platform).count == 3)
        _ = try await platform.owner.query("DELETE FROM users WHERE local_part = 'anna'")
        #expect(try await platform.count("logins") == 0)
        await platform.close()
    }

    @Test("Lists come in pages, of some days, and of whom the caller administers") func lists() async throws {
        let platform = try await TestPlatform()
        let ann = try await platform.addUser("ann"), bob = try await platform.addUser("bob")
        let second = try #require(
            try await platform.owner.query(
                "INSERT INTO domains (tenant_id, name) VALUES ($1, 'second.example') RETURNING domain_id", [.int8(platform.tenant)]
            ).first?.int8(0))
        try await platform.change("users", "domain_id = \(second)", of: bob)
        try await write(
            [(ann, 0, "10.0.0.1"), (bob, 2, "10.0.0.2"), (ann, 2, "10.0.0.3"), (bob, 0, "10.0.0.4"), (ann, 5, "10.0.0.5")], platform)
        let all = try await listed(platform)
        #expect(all.map(\.client) == ["10.0.0.4", "10.0.0.1", "10.0.0.3", "10.0.0.2", "10.0.0.5"])
        for target in [nil, "acme", "acme.example", Self.ann] {
            let whole = try await listed(platform, target)
            for count in 1...3 {
                var pages: [UserLogin] = []
                while true {
                    var query = ["count": "\(count)"]
                    if let last = pages.last { (query["until"], query["before"]) = (last.day.text, "\(last.number)") }
                    let page = try await listed(platform, target, query)
                    pages += page
                    if page.count < count { break }
                }
                #expect(pages == whole, "\(target ?? "all") by \(count)")
            }
        }
        let day = all[2].day.text
        #expect(try await listed(platform, nil, ["since": day, "until": day]) == Array(all[2...3]))
        #expect(try await listed(platform, Self.ann, ["since": day]) == [all[1], all[2]])
        #expect(try await listed(platform, "acme.example", ["until": day]) == [all[2], all[4]])
        #expect(try await listed(platform, "second.example") == [all[0], all[3]])
        #expect(try await listed(platform, nil, ["since": day, "until": "2020-01-01"]).isEmpty)

        let part = AdministeredPart(
            tenant: platform.tenant, tenantName: try TenantName("acme"), domain: second, domainName: try DomainName("second.example"))
        // With numbers of their own, which count nobody else's logins.
        let ofPart = try await listed(platform, as: part)
        #expect(ofPart.map(\.client) == ["10.0.0.4", "10.0.0.2"] && Set(ofPart.map(\.number)).isDisjoint(with: all.map(\.number)))
        #expect(try await listed(platform, "bob@second.example", as: part) == ofPart)
        let whole = AdministeredPart(tenant: platform.tenant, tenantName: try TenantName("acme"), domain: nil, domainName: nil)
        #expect(try await listed(platform, as: whole).map(\.client) == all.map(\.client))
        let other = AdministeredPart(tenant: 1, tenantName: try TenantName("acme"), domain: nil, domainName: nil)
        await #expect(throws: AdminError.self) { _ = try await self.listed(platform, as: other) }
        await #expect(throws: AdminError.self) { _ = try await self.listed(platform, Self.ann, as: part) }

        let refusals: [(String?, [String: String], AdminError.Code)] = [
            ("nobody@acme.example", [:], .notFound), ("nowhere.example", [:], .notFound), ("nobody", [:], .notFound),
            (nil, ["count": "0"], .invalid), (nil, ["count": "10001"], .invalid), (nil, ["before": "x"], .invalid),
            (nil, ["since": "yesterday"], .invalid), ("@", [:], .invalid),
        ]
        for (target, query, code) in refusals {
            let error = await #expect(throws: AdminError.self) { _ = try await self.listed(platform, target, query) }
            #expect(error?.code == code, "\(target ?? "all") \(query)")
        }
        await platform.close()
    }
}
