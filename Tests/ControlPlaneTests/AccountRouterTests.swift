import AdminAPI
import Foundation
import ProxyProtocol
import Runtime
import Testing

@testable import ControlPlane

@Suite("Requests to the account pages", .serialized, .timeLimit(.minutes(2))) @EventLoopActor struct AccountRouterTests {
    @Test("All answers keep a page from being anything but ours") func headers() async throws {
        let platform = try await TestPlatform()
        try await platform.addUser("ann")
        let browser = Browser(platform)
        var answers = [
            await browser.get("/account"), await browser.get("/account/style.css"), await browser.get("/nothing"),
            await browser.get("/account", method: "PUT"), await browser.post("/account/sign-in", body: "%"), AccountRouter.tooLong,
        ]
        answers.append(await browser.signIn("ann@acme.example", TestPlatform.password))
        answers.append(await browser.get("/account"))
        for answer in answers {
            #expect(
                answer["Content-Security-Policy"]
                    == "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
            #expect(answer["X-Content-Type-Options"] == "nosniff" && answer["Cache-Control"] == "no-store")
            #expect(answer["Referrer-Policy"] == "same-origin")
            #expect(!answer.text.contains("<script") && !answer.text.contains("style=") && !answer.text.contains("onclick"))
        }
        #expect(answers[1]["Content-Type"] == "text/css; charset=utf-8")
        #expect(answers[0]["Content-Type"] == "text/html; charset=utf-8")
        await platform.close()
    }

    @Test("Are not recorded when what they say is refused") func unrecorded() async throws {
        let platform = try await TestPlatform()
        try await platform.addUser("ann")
        let browser = Browser(platform)
        await browser.signIn("ann@acme.example", TestPlatform.password)
        let vacation = [("subject", "Away"), ("text", "Back soon."), ("days", "99")]
        #expect(await browser.post("/account/vacation", vacation).status == 400)
        #expect(await browser.post("/account/app-passwords", [("name", "phone")]).status == 400)
        #expect(try await platform.count("audit_log") == 0)
        await platform.close()
    }

    @Test("Are refused when they are none of ours") func refusals() async throws {
        let platform = try await TestPlatform()
        try await platform.addUser("ann")
        let browser = Browser(platform)
        for path in ["/accounts", "/account/nothing", "/account/../account", "//account", "/Account", ""] {
            #expect(await browser.get(path).status == 404, "\(path)")
            #expect(await browser.post(path).status == 404, "\(path)")
        }
        #expect(await browser.post("/").status == 404)
        for method in ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"] {
            let answer = await browser.get("/account", method: method)
            #expect(answer.status == 405 && answer["Allow"] == "GET, HEAD, POST")
        }
        #expect(await browser.post("/account").status == 405)
        for type in ["", "text/plain", "application/json", "multipart/form-data; boundary=x"] {
            let answer = await browser.post("/account/sign-in", [("address", "a@b.example")], headers: [("Content-Type", type)])
            #expect(answer.status == 400, "\(type)")
        }
        let type = [("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")]
        #expect(await browser.post("/account/sign-in", [("address", "a@b.example")], headers: type).status == 403)
        for body in ["address=%", "address=%80", "address=%00", "a b"] {
            #expect(await browser.post("/account/sign-in", body: body).status == 400, "\(body)")
        }
        // Who is not signed in sees no page, and a GET changes nothing.
        for page in AccountPage.allCases where page != .overview { #expect(await browser.get(page.rawValue)["Location"] == "/account") }
        for form in AccountForm.allCases where form != .signIn { #expect(await browser.post(form.rawValue).status == 403) }
        await browser.signIn("ann@acme.example", TestPlatform.password)
        for form in AccountForm.allCases { #expect([200, 303].contains(await browser.get("\(form.rawValue)?a=b").status)) }
        #expect(await browser.isSignedIn())
        for cookie in ["x", "", String(repeating: "0", count: 64)] {
            let request = PageRequest(
                method: "GET", target: "/account/vacation", headers: [(name: "cookie", value: "__Host-casella=\(cookie)")], body: [],
                client: "192.0.2.7")
            #expect(await browser.router.answer(request).status == 303)
        }
        await platform.close()
    }

    @Test("What was typed is shown as text") func escaping() async throws {
        let platform = try await TestPlatform()
        let browser = Browser(platform)
        let answer = await browser.signIn("\"><script>alert(1)</script>", "x")
        #expect(answer.text.contains("value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\"") && !answer.text.contains("<script"))
        try await platform.addUser("a&b'c")
        await browser.signIn("a&b'c@acme.example", TestPlatform.password)
        #expect(await browser.get("/account").text.contains("<td>a&amp;b&#39;c@acme.example</td>"))
        await platform.close()
    }

    @Test("Come over the gateway's socket, one after the other, and are not too long") func socket() async throws {
        let platform = try await TestPlatform()
        let server = AccountServer(router: AccountRouter(platform.calls(), database: platform.control))
        let path = NSTemporaryDirectory() + "casella-account-\(UInt32.random(in: 0 ... .max)).sock"
        try await server.open(path, gateway: geteuid())
        let get = "GET /account/style.css HTTP/1.1\r\nHost: mail.host.example\r\n"
        let two = try await answer("\(get)\r\n\(get.replacingOccurrences(of: "GET", with: "HEAD"))Connection: close\r\n\r\n", at: path)
        #expect(two.components(separatedBy: "HTTP/1.1 200 OK\r\n").count == 3)
        #expect(two.hasSuffix("Connection: close\r\n\r\n"), "an answer to HEAD has no body")
        let head = "POST /account/sign-in HTTP/1.1\r\nHost: mail.host.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        let fits = String(repeating: "a", count: AccountServer.bodyLimit)
        let right = "\(head)Connection: close\r\nContent-Length: \(fits.utf8.count)\r\n\r\n\(fits)"
        #expect(try await answer(right, at: path).contains(" 403 "))
        let long = try await answer("\(head)Content-Length: \(fits.utf8.count + 1)\r\n\r\n\(fits)a", at: path)
        #expect(long.hasPrefix("HTTP/1.1 413 ") && long.contains("Connection: close\r\n"))
        let field = "X: \(String(repeating: "x", count: 9_000))\r\n", fields = String(repeating: "X: y\r\n", count: 65)
        for fields in [field, fields] {
            #expect(try await answer("\(get)\(fields)\r\n", at: path).hasPrefix("HTTP/1.1 400 "))
        }
        let chunks = "\(head)Transfer-Encoding: chunked\r\n\r\n10001\r\n\(fits)a\r\n0\r\n\r\n"
        #expect(try await answer(chunks, at: path).hasPrefix("HTTP/1.1 413 "))
        await server.stop()
        await platform.close()
    }

    @Test("Nothing follows a wish to upgrade, or CONNECT: the connection ends with the answer") func upgrades() async throws {
        let platform = try await TestPlatform()
        let server = AccountServer(router: AccountRouter(platform.calls(), database: platform.control))
        let path = NSTemporaryDirectory() + "casella-account-\(UInt32.random(in: 0 ... .max)).sock"
        try await server.open(path, gateway: geteuid())
        let host = "Host: mail.host.example\r\n"
        for request in [
            "GET /account/style.css HTTP/1.1\r\n\(host)Connection: upgrade\r\nUpgrade: x\r\n\r\n",
            "GET /account/style.css HTTP/1.1\r\n\(host)Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n",
            "CONNECT mail.host.example:443 HTTP/1.1\r\n\(host)\r\n",
        ] {
            let heard = try await answer(request + "more", at: path)
            #expect(heard.contains("Connection: close\r\n") && heard.components(separatedBy: "HTTP/1.1 ").count == 2, "\(request)")
        }
        await server.stop()
        await platform.close()
    }

    @Test("A web server of this machine gets one answer a connection; / leads to the pages") func webServers() async throws {
        let platform = try await TestPlatform()
        let server = AccountServer(router: AccountRouter(platform.calls(), database: platform.control))
        let path = NSTemporaryDirectory() + "casella-account-\(UInt32.random(in: 0 ... .max)).sock"
        try await server.open(path, gateway: geteuid())
        for client in ["127.0.0.1", "::1"] {
            let heard = try await answer("GET / HTTP/1.1\r\nHost: mail.host.example\r\n\r\n", at: path, from: client)
            #expect(heard.hasPrefix("HTTP/1.1 302 ") && heard.contains("Location: /account\r\n") && heard.contains("Connection: close\r\n"))
        }
        await server.stop()
        await platform.close()
    }

    /// All that comes until the connection ends.
    private func answer(_ request: String, at path: String, from client: String = "192.0.2.7") async throws -> String {
        let connection = try await Connection.connect(toUnixSocket: path)
        connection.write(try #require(ProxyHeader(clientAddress: client, port: 40_000).encoded()))
        connection.write(Array(request.utf8))
        try await connection.flush()
        var received: [UInt8] = []
        while let bytes = try await connection.read(timeout: .seconds(30)) { received += bytes.readableBytesView }
        await connection.close()
        return String(decoding: received, as: UTF8.self)
    }
}
