import AdminAPI
import Cryptography
import Foundation
import Postgres
import Runtime
import Testing

@testable import ControlPlane

@Suite("Signing in to the account pages", .serialized, .timeLimit(.minutes(2))) @EventLoopActor struct AccountSignInTests {
    private let ann = "ann@acme.example"

    @Test("The right password opens the account, and the browser keeps nothing but a cookie that nobody reads") func right() async throws {
        let platform = try await TestPlatform()
        try await platform.addUser("ann")
        let browser = Browser(platform)
        let form = await browser.get("/account")
        #expect(form.status == 200 && form.text.contains("action=\"/account/sign-in\""))
        let answer = await browser.signIn(" Ann@ACME.example ", TestPlatform.password)
        #expect(answer.status == 303 && answer["Location"] == "/account")
        let cookie = try #require(answer["Set-Cookie"])
        let parts = cookie.components(separatedBy: "; ")
        #expect(parts.dropFirst() == ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"])
        let value = try #require(parts[0].components(separatedBy: "__Host-casella=").last)
        #expect(value.utf8.count == 64 && Hexadecimal.decode(value) != nil)
        let page = await browser.get("/account")
        #expect(page.status == 200 && page.text.contains(ann))
        #expect(await browser.get("/account/").status == 200)
        for path in AccountPage.allCases.map(\.rawValue) {
            let page = await browser.get(path)
            #expect(page.status == 200, "\(path): \(page.text)")
            #expect(!page.text.contains(value), "the token is nowhere but in the cookie")
        }
        // Signing out ends it, for the cookie that somebody kept too.
        let kept = Browser(platform)
        kept.take(browser)
        let out = await browser.post("/account/sign-out")
        #expect(out.status == 303 && out["Set-Cookie"]?.contains("Max-Age=0") == true)
        #expect(await kept.isSignedIn() == false)
        await platform.close()
    }

    @Test("Whatever is wrong, the words are the same") func wrong() async throws {
        let platform = try await TestPlatform()
        try await platform.addUser("ann")
        try await platform.change("users", "suspended = '{login}'", of: try await platform.addUser("gone"))
        let shared = try await platform.addUser("team")
        try await platform.change("users", "shared = true", of: shared)
        var told: Set<String> = []
        let tries = [
            (ann, "a wrong one"), ("nobody@acme.example", TestPlatform.password), ("gone@acme.example", TestPlatform.password),
            ("team@acme.example", TestPlatform.password), ("ann@elsewhere.example", TestPlatform.password), ("ann", TestPlatform.password),
        ]
        for (number, (address, password)) in tries.enumerated() {
            let browser = Browser(platform, from: "198.51.100.\(number)")
            let answer = await browser.signIn(address, password)
            #expect(answer.status == 403 && answer["Set-Cookie"] == nil, "\(address)")
            told.insert(answer.text.replacingOccurrences(of: "value=\"\(address)\"", with: ""))
        }
        #expect(told.count == 1)
        #expect(told.first?.contains("Address, password or one-time password are wrong") == true)
        await platform.close()
    }

    @Test("Why the account is suspended, or the web not in the plan, is told to who has the password") func suspended() async throws {
        let platform = try await TestPlatform()
        let gone = try await platform.addUser("gone"), poor = try await platform.addUser("poor")
        try await platform.change("users", "suspended = '{login}', suspension_reason = 'The bill is open'", of: gone)
        try await platform.change("users", "limits = '{\"protocols\": [\"imap\"]}'", of: poor)
        for (address, words) in [("gone@acme.example", "The bill is open"), ("poor@acme.example", "The web is not part of your plan")] {
            let browser = Browser(platform)
            let told = await browser.signIn(address, TestPlatform.password)
            #expect(told.status == 403 && told.text.contains(words) && told["Set-Cookie"] == nil, "\(told.text)")
            let wrong = await browser.signIn(address, "a wrong one")
            #expect(!wrong.text.contains(words))
        }
        await platform.close()
    }

    @Test("Who must change the password does that first, and then goes on") func mustChange() async throws {
        let platform = try await TestPlatform()
        let keys = try await platform.addUser("ann")
        try await platform.change("credentials", "change_by = now() - interval '1 minute'", of: keys)
        let browser = Browser(platform)
        #expect(await browser.signIn(ann, TestPlatform.password)["Location"] == "/account/password")
        for page in AccountPage.allCases where page != .password {
            #expect(await browser.get(page.rawValue)["Location"] == "/account/password")
        }
        let refused = await browser.post("/account/app-passwords", [("name", "phone"), ("service", "imap")])
        #expect(refused["Location"] == "/account/password")
        #expect(try await platform.count("app_passwords") == 0)
        let new = "Quitten-Gelee-im-Regen-8"
        let changed = await browser.post("/account/password", [("old", TestPlatform.password), ("new", new), ("again", new)])
        #expect(changed["Location"] == "/account", "\(changed.text)")
        let page = await browser.get("/account")
        #expect(page.status == 200 && page.text.contains("The password is changed."))
        #expect(await browser.isSignedIn())
        await platform.close()
    }

    @Test("One-time passwords are asked for, and are good once") func oneTimePasswords() async throws {
        let platform = try await TestPlatform()
        let oneTime = try await platform.addOneTimePasswords(to: try await platform.addUser("ann"))
        let step = OneTimePassword.step(at: Int64(Date().timeIntervalSince1970))
        let code = try oneTime.password(ofStep: step), wrong = code == "000000" ? "000001" : "000000"
        let browser = Browser(platform)
        #expect(await browser.signIn(ann, TestPlatform.password).status == 403)
        #expect(await browser.signIn(ann, TestPlatform.password, code: wrong).status == 403)
        #expect(await browser.signIn(ann, "a wrong one", code: code).status == 403)
        #expect(await browser.signIn(ann, TestPlatform.password, code: "\(code.prefix(3)) \(code.suffix(3))").status == 303)
        #expect(await Browser(platform).signIn(ann, TestPlatform.password, code: code).status == 403)
        #expect(await browser.isSignedIn())
        await platform.close()
    }

    static let origins: [([(String, String)], Bool)] = [
        ([("Sec-Fetch-Site", "cross-site")], false), ([("Sec-Fetch-Site", "same-site")], false), ([("Sec-Fetch-Site", "none")], true),
        ([("Sec-Fetch-Site", "")], true), ([("Sec-Fetch-Site", ""), ("Origin", "")], true),
        ([("Sec-Fetch-Site", ""), ("Origin", "https://evil.example")], false), ([("Sec-Fetch-Site", ""), ("Origin", "null")], false),
        ([("Sec-Fetch-Site", ""), ("Origin", "http://mail.host.example:10443")], false),
        ([("Sec-Fetch-Site", ""), ("Origin", "https://mail.host.example")], false), ([("Origin", "null")], true),
        ([("Origin", "https://evil.example")], false), ([("Host", "")], false),
    ]
    @Test("A form that another site sends signs nobody in") func elsewhere() async throws {
        let platform = try await TestPlatform()
        try await platform.addUser("ann")
        for (headers, isTaken) in Self.origins {
            let fields = [("address", ann), ("password", TestPlatform.password)]
            let answer = await Browser(platform).post("/account/sign-in", fields, headers: headers)
            #expect(answer.status == (isTaken ? 303 : 403), "\(headers)")
            #expect((answer["Set-Cookie"] != nil) == isTaken)
        }
        await platform.close()
    }

    @Test("Wrong ones are counted with those of mail programs") func counted() async throws {
        let platform = try await TestPlatform()
        try await platform.addUser("ann")
        let browser = Browser(platform)
        await browser.signIn(ann, "a wrong one")
        await browser.signIn("nobody", "a wrong one")
        let counted = try await platform.calls().listLogins(platform.request(Nothing()))
        #expect(counted.contains { $0.account == ann && $0.count == 1 })
        await browser.signIn(ann, TestPlatform.password)
        let figures = browser.router.provisioning.measuring.counters.figures
        #expect(figures.loginsRefused == 2 && figures.loginsAccepted == 1)
        await platform.close()
    }
}
