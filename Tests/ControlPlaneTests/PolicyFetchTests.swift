import ControlPlane
import MailSettings
import SecureStream
import Testing

@Suite("Policies of MTA-STS that other web servers serve") struct PolicyFetchTests {
    private static let host = "mta-sts.acme.example"
    private static let policy = "version: STSv1\r\nmode: enforce\r\nmx: mx.host.example\r\nmax_age: 86400\r\n"

    private static func answer(
        _ body: String, type: String = "text/plain; charset=utf-8", status: String = "200 OK", more: String = ""
    ) -> String {
        "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\n\(more)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private func outcome(
        of answer: String, named name: String = host, believed: Bool = true, addresses: [String] = ["127.0.0.1"],
        patience: Duration = .seconds(10)
    ) async throws -> (PolicyFetch.Outcome, request: String) {
        let server = try await WebServer(named: name, answering: answer)
        let trust = believed ? SecureStream.Trust.authoritiesIn(file: server.authority) : .authorities
        let fetch = OwnHostFetch(host: Self.host, addresses: addresses, port: server.port, trust: trust, patience: patience)
        let outcome = await PolicyFetch(fetch).run()
        let request = server.request
        await server.close()
        return (outcome, request)
    }

    @Test("The policy is fetched from where it is, for its name") func fetched() async throws {
        let (outcome, request) = try await outcome(of: Self.answer(Self.policy))
        let expected = try #require(PublishedPolicy(Array(Self.policy.utf8)))
        #expect(outcome == .fetched(expected))
        #expect(request.hasPrefix("GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts.acme.example\r\n"))
        // Where the first address does not answer, the second does.
        #expect(try await self.outcome(of: Self.answer(Self.policy), addresses: ["127.0.0.251", "127.0.0.1"]).0 == .fetched(expected))
    }

    static let answers = [
        (answer("", status: "404 Not Found"), "the status 404"), (answer(policy, type: "text/html"), "text/plain"),
        (answer(policy, status: "301 Moved", more: "Location: https://elsewhere.example/\r\n"), "the status 301"),
        (answer("<html>"), "no policy"), (answer(String(repeating: "x", count: 70_000)), "too much"), ("220 hello\r\n", "no answer"),
        ("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 500\r\n\r\nversion", "no answer"),
    ]
    @Test("What others would not take is told", arguments: answers) func failures(answer: String, words: String) async throws {
        guard case .failed(let says) = try await outcome(of: answer).0 else {
            Issue.record("\(words): taken")
            return
        }
        #expect(says.contains(words), "\(says)")
    }

    @Test("A certificate of another name, or of nobody, is not believed") func certificates() async throws {
        for (name, believed) in [("mta-sts.other.example", true), (Self.host, false)] {
            let (outcome, request) = try await outcome(of: Self.answer(Self.policy), named: name, believed: believed)
            guard case .failed(let says) = outcome else {
                Issue.record("\(name): \(outcome)")
                continue
            }
            #expect(says.contains("not believed") && request.isEmpty)
        }
    }

    @Test("Who does not answer is not waited for, and nothing is connected to without an address") func silence() async throws {
        guard case .unreachable = try await outcome(of: "", patience: .milliseconds(300)).0 else {
            Issue.record("it waited")
            return
        }
        #expect(await PolicyFetch(OwnHostFetch(host: Self.host, addresses: [])).run() == .unreachable("it has no address"))
    }
}
