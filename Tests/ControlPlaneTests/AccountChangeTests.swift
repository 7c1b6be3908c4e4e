import AdminAPI
import Cryptography
import Foundation
import Postgres
import Runtime
import Supervision
import Testing

@testable import ControlPlane

@Suite("What people change at the account pages", .serialized, .timeLimit(.minutes(2))) @EventLoopActor struct AccountChangeTests {
    private let ann = "ann@acme.example"

    private func signedIn(_ platform: TestPlatform) async -> Browser {
        let browser = Browser(platform)
        await browser.signIn(ann, TestPlatform.password)
        return browser
    }

    /// Caller and command of what was recorded.
    private func audited(_ platform: TestPlatform) async throws -> [String] {
        let rows = try await platform.owner.query(
            """
            SELECT caller || ' ' || command || ' ' || target FROM audit_log WHERE result = 'done' AND begun IS NOT NULL ORDER BY sequence
            """
        ).rows
        return try rows.map { try $0.text(0) }
    }

    @Test("A password, which ends all sessions but this") func password() async throws {
        let platform = try await TestPlatform()
        try await platform.addUser("ann")
        let browser = await signedIn(platform), other = await signedIn(platform), kept = Browser(platform)
        kept.take(browser)
        let new = "Quitten-Gelee-im-Regen-8", old = TestPlatform.password
        let page = await browser.get("/account/password")
        #expect(page.text.contains("at least 10 characters"))
        let mistakes = [
            (old, new, "another", "not the same"), ("a wrong one", new, new, "password"), (old, "short", "short", "at least 10 characters"),
            (old, old, old, "the old one"), (old, "password12345", "password12345", "easily guessed"),
        ]
        for (old, new, again, words) in mistakes {
            let answer = await browser.post("/account/password", [("old", old), ("new", new), ("again", again)])
            #expect((400..<500).contains(answer.status) && answer.text.contains(words), "\(new): \(answer.text)")
            #expect(!answer.text.contains("value=\"\(new)\""), "no password is written into a page")
        }
        #expect(await other.isSignedIn())
        let changed = await browser.post("/account/password", [("old", old), ("new", new), ("again", new)])
        #expect(changed.status == 303 && changed["Set-Cookie"]?.hasPrefix("__Host-casella=") == true)
        #expect(await browser.get("/account").text.contains("The password is changed."))
        #expect(await other.isSignedIn() == false)
        #expect(await kept.isSignedIn() == false, "the cookie is another one")
        #expect(await browser.isSignedIn())
        #expect(await Browser(platform).signIn(ann, old).status == 403)
        #expect(await Browser(platform).signIn(ann, new).status == 303)
        #expect(try await audited(platform) == ["\(ann) user change-password \(ann)"])
        let notice = try #require(try await platform.told.atLeast(1).first)
        #expect(notice.event == .passwordChanged && notice.author == .owner(from: "192.0.2.7"))
        await platform.close()
    }

    @Test("App passwords: made for mail programs alone, shown once, revoked") func appPasswords() async throws {
        let platform = try await TestPlatform()
        try await platform.addUser("ann")
        let browser = await signedIn(platform), path = "/account/app-passwords"
        for services in [[], ["web"], ["imap", "web"], ["other"]] {
            let answer = await browser.post(path, [("name", "phone")] + services.map { ("service", $0) })
            #expect(answer.status == 400, "\(services)")
        }
        #expect(await browser.post(path, [("name", ""), ("service", "imap")]).status == 400)
        #expect(try await platform.count("app_passwords") == 0)
        let name = "<script>alert('x')</script>&"
        let made = await browser.post(path, [("name", name), ("service", "imap"), ("service", "submission")])
        #expect(made.status == 303 && made["Location"] == path && made.body.isEmpty)
        #expect(await browser.get(path, method: "HEAD").status == 200)
        let shown = await browser.get(path).text
        let secret = try #require(shown.firstMatch(of: /[a-z0-9]{4}(-[a-z0-9]{4}){4}/)).output.0
        #expect(!shown.contains("<script>") && shown.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;"))
        #expect(shown.contains("imap, submission") && shown.contains("never"))
        #expect(!(await browser.get(path)).text.contains(secret))
        #expect(await browser.post(path, [("name", name), ("service", "imap")]).status == 409)
        #expect(await Browser(platform).signIn(ann, String(secret)).status == 403, "it opens no account pages")
        let absent = await browser.post("\(path)/revoke", [("name", "tablet")])
        #expect(absent.status == 404 && !absent.text.contains("`"))
        #expect(await browser.post("\(path)/revoke", [("name", name)]).status == 303)
        #expect(try await platform.count("app_passwords") == 0)
        #expect(await browser.isSignedIn(), "mail programs alone are logged out")
        #expect(try await audited(platform) == ["\(ann) self app-password \(ann)", "\(ann) self revoke \(ann)"])
        let log = try await platform.owner.query("SELECT string_agg(a::text, ' ') FROM audit_log a").first?.text(0)
        #expect(log?.contains(secret) == false)
        await platform.close()
    }

    @Test("One-time passwords: effective once a right one was typed, off with another") func oneTimePasswords() async throws {
        let platform = try await TestPlatform()
        try await platform.addUser("ann")
        let browser = await signedIn(platform), other = await signedIn(platform), path = "/account/one-time-passwords"
        #expect(await browser.post("\(path)/confirm", [("code", "000000"), ("password", TestPlatform.password)]).status == 409)
        #expect(await browser.post(path).status == 303)
        let page = await browser.get(path).text
        #expect(page.contains("otpauth://totp/Casella:ann@acme.example?secret="))
        let session = try #require(platform.accountSessions.all(tenant: platform.tenant, user: nil).first)
        let oneTime = try platform.calls().ownAccounts.opened(try #require(session.pendingSecret))
        #expect(page.contains("secret=\(Base32.encode(oneTime.secret))&amp;issuer=Casella"))
        #expect(!(await other.get(path)).text.contains("otpauth:"), "it is of this session alone")
        let step = OneTimePassword.step(at: Int64(Date().timeIntervalSince1970))
        let code = try oneTime.password(ofStep: step), wrong = code == "000000" ? "000001" : "000000"
        for (code, password) in [(wrong, TestPlatform.password), ("", TestPlatform.password), (code, "a wrong one"), (code, "")] {
            let answer = await browser.post("\(path)/confirm", [("code", code), ("password", password)])
            #expect((400..<500).contains(answer.status))
        }
        #expect(try await platform.count("one_time_passwords") == 0)
        let on = await browser.post("\(path)/confirm", [("code", code), ("password", TestPlatform.password)])
        #expect(on.status == 303 && on["Set-Cookie"] != nil, "\(on.text)")
        #expect(await browser.get("/account/app-passwords").text.contains("One-time passwords are on."))
        #expect(await other.isSignedIn() == false)
        #expect(try await platform.count("one_time_passwords") == 1)
        #expect(await Browser(platform).signIn(ann, TestPlatform.password, code: code).status == 403, "it was used")
        #expect(await browser.post(path).status == 409)
        // A password is changed with one of them, too.
        let new = "Quitten-Gelee-im-Regen-8"
        let unproved = await browser.post("/account/password", [("old", TestPlatform.password), ("new", new), ("again", new)])
        #expect(unproved.status == 403)
        let next = try oneTime.password(ofStep: step + 1)
        for (code, password) in [("", TestPlatform.password), (next, "a wrong one")] {
            #expect(await browser.post("\(path)/off", [("code", code), ("password", password)]).status == 403)
        }
        #expect(try await platform.count("one_time_passwords") == 1)
        let off = await browser.post("\(path)/off", [("code", next), ("password", TestPlatform.password)])
        #expect(off.status == 303, "\(off.text)")
        #expect(try await platform.count("one_time_passwords") == 0)
        #expect(await browser.isSignedIn())
        #expect(try await audited(platform) == ["\(ann) user totp \(ann)", "\(ann) user totp --off \(ann)"])
        let events = try await platform.told.atLeast(2).map(\.event)
        #expect(events == [.oneTimePasswordsSet, .oneTimePasswordsOff])
        await platform.close()
    }

    @Test("A vacation message, with the checks that administrators meet") func vacation() async throws {
        let platform = try await TestPlatform()
        try await platform.addUser("ann")
        let browser = await signedIn(platform), path = "/account/vacation", text = "</textarea><script>x</script>"
        let mistakes = [
            [("subject", ""), ("text", text)], [("subject", "Away"), ("text", "")],
            [("subject", "Away"), ("text", text), ("from", "2026-02-30")], [("subject", "Away"), ("text", text), ("days", "many")],
            [("subject", "Away"), ("text", text), ("days", "31")],
            [("subject", "Away"), ("text", text), ("from", "2026-07-02"), ("until", "2026-07-01")],
        ]
        for fields in mistakes {
            let answer = await browser.post(path, fields)
            #expect(answer.status == 400, "\(fields)")
            #expect(!answer.text.contains("<script>"))
        }
        let typed = await browser.post(path, mistakes[4])
        #expect(typed.text.contains("&lt;/textarea&gt;&lt;script&gt;"), "what was typed is not lost")
        #expect(try await platform.count("vacations") == 0)
        let fields = [("subject", "Away \u{2708}"), ("text", "Back\r\nsoon."), ("from", "2026-07-01"), ("until", ""), ("days", "")]
        #expect(await browser.post(path, fields).status == 303)
        let set = try await platform.calls().vacation(of: try EmailAddress(ann))
        #expect(set.subject == "Away \u{2708}" && set.text == "Back\nsoon." && set.from?.text == "2026-07-01")
        #expect(set.until == nil && set.days == NewVacation.usualDays)
        let page = await browser.get(path).text
        #expect(page.contains("value=\"Away \u{2708}\"") && page.contains("Back\nsoon.</textarea>"))
        #expect(await browser.post("\(path)/clear").status == 303)
        #expect(await browser.post("\(path)/clear").status == 404)
        #expect(try await platform.count("vacations") == 0)
        #expect(try await audited(platform) == ["\(ann) vacation set \(ann)", "\(ann) vacation clear \(ann)"])
        await platform.close()
    }
}
