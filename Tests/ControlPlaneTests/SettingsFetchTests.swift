import ControlPlane
import MailSettings
import SecureStream
import Testing

@Suite("Settings of mail programs that other web servers serve") struct SettingsFetchTests {
    private static let services = OfferedService.all(at: ["imaps": 993, "submissions": 465])
    private static let thunderbird = ThunderbirdSettings(domain: "acme.example", host: "mx.host.example", services: services).xml
    private static let outlook = OutlookSettings.xml(host: "mx.host.example", services: services, address: "postmaster@acme.example")

    private static func answer(_ body: String, type: String = "text/xml; charset=utf-8", status: String = "200 OK") -> String {
        let fields = "Content-Type: \(type)\r\nLocation: https://elsewhere.example/\r\nContent-Length: \(body.utf8.count)\r\n"
        return "HTTP/1.1 \(status)\r\n\(fields)\r\n\(body)"
    }

    private func outcome(
        of document: SettingsFetch.Document, _ answer: String, named name: String? = nil, believed: Bool = true
    ) async throws -> (SettingsFetch.Outcome, request: String) {
        let host = document == .thunderbird ? "autoconfig.acme.example" : "autodiscover.acme.example"
        let server = try await WebServer(named: name ?? host, answering: answer)
        let trust = believed ? SecureStream.Trust.authoritiesIn(file: server.authority) : .authorities
        let fetch = OwnHostFetch(host: host, addresses: ["127.0.0.1"], port: server.port, trust: trust, patience: .seconds(10))
        let outcome = await SettingsFetch(document, of: "acme.example", fetch).run()
        let request = server.request
        await server.close()
        return (outcome, request)
    }

    @Test("They are fetched as the programs do") func fetched() async throws {
        let mozillas = try await outcome(of: .thunderbird, Self.answer(Self.thunderbird))
        #expect(mozillas.0 == PublishedSettings(thunderbird: Array(Self.thunderbird.utf8), domain: "acme.example").map { .fetched($0) })
        #expect(mozillas.request.hasPrefix("GET /mail/config-v1.1.xml HTTP/1.1\r\nHost: autoconfig.acme.example\r\n"))
        let outlooks = try await outcome(of: .outlook, Self.answer(Self.outlook, type: "application/xml"))
        #expect(outlooks.0 == PublishedSettings(outlook: Array(Self.outlook.utf8)).map { .fetched($0) })
        #expect(outlooks.request.hasPrefix("POST /autodiscover/autodiscover.xml HTTP/1.1\r\nHost: autodiscover.acme.example\r\n"))
    }

    static let answers = [
        (answer("", status: "404 Not Found"), "the status 404"), (answer(thunderbird, type: "text/plain"), "text/xml or application/xml"),
        (answer(thunderbird, status: "301 Moved"), "the status 301"), (answer("<html></html>"), "no settings"),
        (answer(String(repeating: "x", count: 70_000)), "too much"), ("220 hello\r\n", "no answer"),
    ]
    @Test("What no program would take is told", arguments: answers) func failures(answer: String, words: String) async throws {
        for document in [SettingsFetch.Document.thunderbird, .outlook] {
            guard case .failed(let says) = try await outcome(of: document, answer).0 else {
                Issue.record("\(words): taken")
                continue
            }
            #expect(says.contains(words), "\(says)")
        }
    }

    @Test("A certificate of another name, or of nobody, is not believed") func certificates() async throws {
        for (name, believed) in [("autoconfig.other.example", true), (nil, false)] {
            let (outcome, request) = try await outcome(of: .thunderbird, Self.answer(Self.thunderbird), named: name, believed: believed)
            guard case .failed(let says) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(says.contains("not believed") && request.isEmpty)
        }
    }
}
