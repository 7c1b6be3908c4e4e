import Resolver
import Testing

@Suite("What a receiver makes of an SPF record (RFC 7208)") struct SPFTests {
    /// Names that a test has.
    struct Zone: SPFNames {
        var texts: [String: [String]] = [:], addresses: [String: [String]] = [:], exchanges: [String: [String]] = [:]
        var pointers: [String] = []
        var broken: Set<String> = []

        private func found<Record>(_ name: String, _ records: [Record]?) throws(ResolverError) -> [Record] {
            if broken.contains(name) { throw .temporary(name: name, reason: "no answer") }
            guard let records else { throw .noSuchDomain(name) }
            return records
        }
        func texts(of domain: String) async throws(ResolverError) -> [String] { try found(domain, texts[domain]) }
        func addresses(of host: String) async throws(ResolverError) -> [String] { try found(host, addresses[host]) }
        func exchanges(of domain: String) async throws(ResolverError) -> [MailHost] {
            try found(domain, exchanges[domain]).map { MailHost(name: $0, preference: 10) }
        }
        func pointers(at reverseName: String) async throws(ResolverError) -> [String] { pointers }
    }

    static func judge(
        _ record: String..., from client: String = "192.0.2.7", in change: (inout Zone) -> Void = { _ in }
    ) async throws -> SPFEvaluation<Zone>.Judgement {
        var zone = Zone(
            texts: [
                "a.example": record, "inner.example": ["v=spf1 ip4:192.0.2.0/28 -all"], "other.example": ["v=spf1 ip4:198.51.100.1 -all"],
                "none.example": ["nothing"], "wrong.example": ["v=spf1 ip5:1 -all"],
            ],
            addresses: [
                "a.example": ["192.0.2.200"], "mail.example": ["192.0.2.7", "2001:db8::7"], "7.2.0.192.list.example": ["127.0.0.2"],
            ],
            exchanges: ["a.example": ["mail.example"], "b.example": ["elsewhere.example"]])
        change(&zone)
        let client = try #require(NetworkPrefix(client))
        var evaluation = SPFEvaluation(client: client, sender: "a.example", greeting: "mail.example", names: zone)
        return try await evaluation.run()
    }

    static let judged: [(String, String, SPFEvaluation<Zone>.Result, [String])] = [
        ("v=spf1 mx -all", "192.0.2.7", .pass, ["mx"]), ("v=spf1 mx -all", "2001:db8::7", .pass, ["mx"]),
        ("v=spf1 mx -all", "192.0.2.8", .fail, ["-all"]), ("v=spf1 MX ~all", "192.0.2.8", .softFail, ["~all"]),
        ("v=spf1 ?all", "192.0.2.8", .neutral, ["?all"]), ("v=spf1", "192.0.2.8", .neutral, []), ("v=spf2 +all", "192.0.2.8", .none, []),
        ("v=spf1 mx/24 -all", "192.0.2.9", .pass, ["mx/24"]), ("v=spf1 mx//64 -all", "2001:db8::9", .pass, ["mx//64"]),
        ("v=spf1 mx:b.example a -all", "192.0.2.200", .pass, ["a"]), ("v=spf1 a/24 -all", "192.0.2.7", .pass, ["a/24"]),
        ("v=spf1 a:mail.example/32//128 -all", "192.0.2.7", .pass, ["a:mail.example/32//128"]),
        ("v=spf1 ip4:192.0.2.4/30 -all", "192.0.2.7", .pass, ["ip4:192.0.2.4/30"]),
        ("v=spf1 ip4:192.0.2.4/30 -all", "192.0.2.8", .fail, ["-all"]),
        ("v=spf1 ip6:2001:db8::/32 -all", "2001:db8:1::1", .pass, ["ip6:2001:db8::/32"]),
        ("v=spf1 include:inner.example -all", "192.0.2.7", .pass, ["include:inner.example", "ip4:192.0.2.0/28"]),
        ("v=spf1 include:other.example -all", "192.0.2.7", .fail, ["-all"]),
        ("v=spf1 redirect=inner.example", "192.0.2.7", .pass, ["redirect=inner.example", "ip4:192.0.2.0/28"]),
        ("v=spf1 -all redirect=inner.example", "192.0.2.7", .fail, ["-all"]),
        ("v=spf1 exists:%{ir}.list.example -all", "192.0.2.7", .pass, ["exists:%{ir}.list.example"]),
        ("v=spf1 exists:%{ir}.list.example -all", "192.0.2.8", .fail, ["-all"]),
        ("v=spf1 -ip4:192.0.2.7 +all", "192.0.2.7", .fail, ["-ip4:192.0.2.7"]),
        ("v=spf1 a:%{h} unknown=%{d} -all", "192.0.2.7", .pass, ["a:%{h}"]),
    ]

    @Test("The first term that matches decides", arguments: judged)
    func decided(record: String, client: String, result: SPFEvaluation<Zone>.Result, terms: [String]) async throws {
        let judgement = try await Self.judge(record, from: client)
        #expect(judgement.result == result && judgement.terms == terms)
    }

    static let errors = [
        "v=spf1 ip5:192.0.2.1 -all", "v=spf1 ip4:192.0.2.1/33", "v=spf1 ip4:2001:db8::1", "v=spf1 mx/024", "v=spf1 all:x", "v=spf1 include",
        "v=spf1 a:%{x}", "v=spf1 a:%x", "v=spf1 redirect=a redirect=b", "v=spf1 include:none.example -all",
        "v=spf1 redirect=none.example", "v=spf1 include:wrong.example -all", "v=spf1 include:a.example -all", "v=spf1 mx,a -all",
        "v=spf1 a:n1.example a:n2.example a:n3.example -all",
    ]
    @Test("A record that is wrong, or asks for too much, is an error", arguments: errors) func wrong(record: String) async {
        do {
            let judgement = try await Self.judge(record)
            Issue.record("\(judgement)")
        } catch {
            guard case .permanent = error as? SPFEvaluation<Zone>.Failure else {
                Issue.record(error)
                return
            }
        }
    }

    @Test("Ten look-ups are allowed and eleven are not") func lookups() async throws {
        let terms = Array(repeating: "mx:b.example", count: 9).joined(separator: " ")
        let filled: (inout Zone) -> Void = { $0.addresses["elsewhere.example"] = ["203.0.113.1"] }
        #expect(try await Self.judge("v=spf1 \(terms) mx -all", in: filled).result == .pass)
        await #expect(throws: SPFEvaluation<Zone>.Failure.permanent("it takes more than 10 look-ups")) {
            try await Self.judge("v=spf1 \(terms) mx:b.example mx -all", in: filled)
        }
    }

    @Test("Several records are an error") func several() async {
        await #expect(throws: SPFEvaluation<Zone>.Failure.permanent("a.example has several SPF records")) {
            try await Self.judge("v=spf1 mx -all", "v=spf1 a -all")
        }
    }

    @Test("Name servers that do not answer are told apart") func unanswered() async {
        await #expect(throws: SPFEvaluation<Zone>.Failure.temporary("no answer")) {
            try await Self.judge("v=spf1 mx -all") { $0.broken = ["mail.example"] }
        }
    }

    @Test("A name of the client counts when it leads back to it (RFC 7208 §5.5)") func pointer() async throws {
        let judgement = try await Self.judge("v=spf1 ptr:example -all") { $0.pointers = ["strange.test", "mail.example"] }
        #expect(judgement.terms == ["ptr:example"])
        #expect(try await Self.judge("v=spf1 ptr:example -all") { $0.pointers = ["a.example"] }.result == .fail)
    }
}
