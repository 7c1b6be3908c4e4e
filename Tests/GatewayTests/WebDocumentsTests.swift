import Gateway
import HTTP
import Runtime
import Supervision
import Testing

@Suite("What is answered over HTTPS") struct WebDocumentsTests {
    @EventLoopActor private func documents(hasAccountPages: Bool = false) -> WebDocuments {
        let domains = HostedDomains()
        domains.replace(with: [
            HostedDomain(name: "a.example", tenant: 1, takesMail: true, policyMode: .enforce),
            HostedDomain(name: "also.example", tenant: 1, takesMail: true, aliasOf: "a.example", policyMode: .enforce),
            HostedDomain(name: "b.example", tenant: 2, takesMail: false),
        ])
        return WebDocuments(
            host: "Mail.Host.example", ports: ["imaps": 993, "submissions": 465], domains: domains, hasAccountPages: hasAccountPages)
    }

    private static let policy = "/.well-known/mta-sts.txt", outlook = "/autodiscover/autodiscover.xml"
    private static func asking(_ address: String) -> [UInt8] { Array("<R><EMailAddress>\(address)</EMailAddress></R>".utf8) }

    static let requests: [(HTTPRequest, HTTPStatus, String)] = [
        (.init(method: "GET", host: "mta-sts.a.example", path: policy), .ok, "mode: enforce"),
        (.init(method: "HEAD", host: "mta-sts.also.example", path: policy), .ok, "mode: enforce"),
        (.init(method: "GET", host: "mta-sts.b.example", path: policy), .ok, "mode: none"),
        (.init(method: "GET", host: "a.example", path: policy), .notFound, ""),
        (.init(method: "GET", host: "mta-sts.elsewhere.example", path: policy), .notFound, ""),
        (.init(method: "GET", host: "", path: policy), .notFound, ""),
        (.init(method: "POST", host: "mta-sts.a.example", path: policy), .methodNotAllowed, "GET, HEAD"),
        (.init(method: "GET", host: "autoconfig.a.example", path: "/mail/config-v1.1.xml"), .ok, "<domain>a.example</domain>"),
        (.init(method: "GET", host: "a.example", path: "/mail/config-v1.1.xml"), .notFound, ""),
        (.init(method: "GET", host: "also.example", path: "/.well-known/autoconfig/mail/config-v1.1.xml"), .ok, "<domain>also.example<"),
        (.init(method: "GET", host: "c.example", path: "/.well-known/autoconfig/mail/config-v1.1.xml"), .notFound, ""),
        (.init(method: "GET", host: "autodiscover.a.example", path: outlook), .ok, "<Port>993</Port>"),
        (.init(method: "GET", host: "mail.host.example", path: outlook), .notFound, ""),
        (
            .init(method: "POST", host: "autodiscover.a.example", path: "/Autodiscover/Autodiscover.xml", body: asking("x@A.example")), .ok,
            "<LoginName>x@A.example</LoginName>"
        ),
        (.init(method: "POST", host: "mail.host.example", path: outlook, body: asking("x@b.example")), .ok, "<LoginName>x@b.example<"),
        (.init(method: "POST", host: "mail.host.example", path: outlook, body: asking("x@c.example")), .notFound, ""),
        (.init(method: "POST", host: "autodiscover.a.example", path: outlook, body: Array("<R/>".utf8)), .badRequest, ""),
        (.init(method: "GET", host: "a.example", path: "/"), .notFound, ""),
        (.init(method: "DELETE", host: "a.example", path: "/index.html"), .notFound, ""),
    ]
    @Test("Concerns hosted domains, under the names that are meant for it", arguments: requests)
    @EventLoopActor func answers(request: HTTPRequest, status: HTTPStatus, part: String) {
        let answer = documents().answer(to: request)
        #expect(answer.status == status && String(decoding: answer.body, as: UTF8.self).contains(part), "\(request)")
    }

    static let starts: [(HTTPRequest, HTTPStatus)] = [
        (.init(method: "GET", host: "mail.host.example", path: "/"), .found),
        (.init(method: "HEAD", host: "mail.host.example", path: "/"), .found),
        (.init(method: "POST", host: "mail.host.example", path: "/"), .methodNotAllowed),
        (.init(method: "GET", host: "a.example", path: "/"), .notFound),
        (.init(method: "GET", host: "mta-sts.a.example", path: "/"), .notFound),
        (.init(method: "GET", host: "", path: "/"), .notFound),
        (.init(method: "GET", host: "mail.host.example", path: "/index.html"), .notFound),
    ]
    @Test("The mail host's own name leads to the account pages, where there are such", arguments: starts)
    @EventLoopActor func start(request: HTTPRequest, status: HTTPStatus) {
        let answer = documents(hasAccountPages: true).answer(to: request)
        #expect(answer.status == status && answer.location == (status == .found ? "/account" : nil), "\(request)")
        #expect(documents().answer(to: request).status == .notFound)
    }

    @Test("Is put off while nobody knows the domains")
    @EventLoopActor func early() {
        let documents = WebDocuments(host: "mail.host.example", ports: [:], domains: HostedDomains())
        let answer = documents.answer(to: HTTPRequest(method: "GET", host: "mta-sts.a.example", path: Self.policy))
        #expect(answer.status == .unavailable)
    }
}
