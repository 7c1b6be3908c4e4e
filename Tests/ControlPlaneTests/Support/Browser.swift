import Foundation
import Runtime
import Testing

@testable import ControlPlane

/// Somebody's browser at the account pages: it keeps the cookie, and fills in forms of the pages that it has seen.
@EventLoopActor
final class Browser {
    let router: AccountRouter
    let client: String
    private(set) var cookie: String?
    /// Of the page that was seen last.
    private(set) var token: String?

    init(_ platform: TestPlatform, from client: String = "192.0.2.7") {
        (router, self.client) = (AccountRouter(platform.calls(), database: platform.control), client)
    }

    func get(_ path: String, method: String = "GET") async -> PageResponse { await send(method, path, [], []) }

    /// - Parameter headers: beside, or instead of, those of a browser that sends a form of ours.
    func post(_ path: String, _ fields: [(String, String)] = [], headers: [(String, String)] = []) async -> PageResponse {
        let sent = fields + (token.map { [("token", $0)] } ?? [])
        let body = sent.map { "\(Self.encoded($0.0))=\(Self.encoded($0.1))" }.joined(separator: "&")
        return await post(path, body: body, headers)
    }

    func post(_ path: String, body: String, _ headers: [(String, String)] = []) async -> PageResponse {
        let usual = [
            ("Host", "mail.host.example:10443"), ("Origin", "https://mail.host.example:10443"), ("Sec-Fetch-Site", "same-origin"),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ]
        let kept = usual.filter { field in !headers.contains { $0.0 == field.0 } }
        return await send("POST", path, kept + headers.filter { !$0.1.isEmpty }, Array(body.utf8))
    }

    private func send(_ method: String, _ path: String, _ headers: [(String, String)], _ body: [UInt8]) async -> PageResponse {
        var all = headers.map { (name: $0.0, value: $0.1) }
        if let cookie { all.append((name: "Cookie", value: cookie)) }
        let response = await router.answer(PageRequest(method: method, target: path, headers: all, body: body, client: client))
        if let set = response["Set-Cookie"] {
            let pair = String(set.prefix { $0 != ";" })
            cookie = pair.hasSuffix("=") ? nil : pair
        }
        if let found = Self.token(in: response) { token = found }
        return response
    }

    static func token(in response: PageResponse) -> String? {
        guard let start = response.text.range(of: "name=\"token\" value=\"") else { return nil }
        return String(response.text[start.upperBound...].prefix { $0 != "\"" })
    }

    /// Signs in and looks at the page that follows.
    @discardableResult
    func signIn(_ address: String, _ password: String, code: String = "") async -> PageResponse {
        let answer = await post("/account/sign-in", [("address", address), ("password", password), ("code", code)])
        if answer.status == 303, let next = answer["Location"] { _ = await get(next) }
        return answer
    }

    /// Whether the pages still show the account.
    func isSignedIn() async -> Bool { await get("/account/vacation").status == 200 }

    func forget() { (cookie, token) = (nil, nil) }
    func take(_ other: Browser) { (cookie, token) = (other.cookie, other.token) }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { octet in
            switch octet {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: String(UnicodeScalar(octet))
            case 0x20: "+"
            default: "%" + (octet < 16 ? "0" : "") + String(octet, radix: 16, uppercase: true)
            }
        }.joined()
    }
}

extension PageResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}
