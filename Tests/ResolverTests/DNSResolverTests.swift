import Resolver
import Testing

@Suite("Where mail for a domain goes") struct DNSResolverTests {
    static let resolver = DNSResolver(
        forwarder: "127.0.0.1@9",
        localData: [
            "many.example. MX 20 third.example.", "many.example. MX 10 First.example.", "many.example. MX 10 second.example.",
            "null.example. MX 0 .", "implicit.example. A 192.0.2.1", "both.example. A 192.0.2.2", "both.example. AAAA 2001:db8::2",
        ], timeout: .seconds(5))

    @Test("MX hosts come by preference (RFC 5321 §5.1)") func preference() async throws {
        let hosts = try await Self.resolver.mailHosts(of: "many.example")
        #expect(Set(hosts.prefix(2).map(\.name)) == ["first.example", "second.example"])
        #expect(hosts.map(\.preference) == [10, 10, 20] && hosts.last?.name == "third.example")
    }

    @Test("A domain without MX is its own host") func implicitMX() async throws {
        #expect(try await Self.resolver.mailHosts(of: "implicit.example") == [MailHost(name: "implicit.example", preference: 0)])
        #expect(try await Self.resolver.addresses(of: "implicit.example") == ["192.0.2.1"])
    }

    @Test("A null MX takes no mail (RFC 7505 §3)") func nullMX() async {
        await #expect(throws: ResolverError.nullMX("null.example")) { try await Self.resolver.mailHosts(of: "null.example") }
    }

    @Test("IPv6 addresses come first, and an address stands for itself") func addresses() async throws {
        #expect(try await Self.resolver.addresses(of: "both.example") == ["2001:db8:0:0:0:0:0:2", "192.0.2.2"])
        #expect(try await Self.resolver.addresses(of: "127.0.0.1") == ["127.0.0.1"])
        #expect(try await Self.resolver.addresses(of: "::1") == ["::1"])
    }

    @Test("SRV and TLSA records are written as in a zone file (RFC 2782, RFC 6698 §2.2)") func zoneForms() async throws {
        let resolver = DNSResolver(localData: [
            "_imaps._tcp.acme.example. SRV 0 1 993 Mail.Host.Example.", "_pop3._tcp.acme.example. SRV 0 0 0 .",
            "_25._tcp.mail.host.example. TLSA 3 1 1 00FF",
        ])
        #expect(try await resolver.services(at: "_imaps._tcp.acme.example") == ["0 1 993 mail.host.example."])
        #expect(try await resolver.services(at: "_pop3._tcp.acme.example") == ["0 0 0 ."])
        #expect(try await resolver.certificateAssociations(at: "_25._tcp.mail.host.example") == ["3 1 1 00ff"])
        #expect(RecordData.service([0, 0, 0, 1, 3, 225]) == nil && RecordData.certificateAssociation([3, 1, 1]) == nil)
    }

    @Test("No answer is a temporary failure") func noAnswer() async {
        let deaf = DNSResolver(forwarder: "127.0.0.1@9", timeout: .milliseconds(300))
        do {
            _ = try await deaf.mailHosts(of: "elsewhere.example")
            Issue.record("there was an answer")
        } catch {
            #expect(error.isTemporary)
        }
    }

    @Test("Equal preferences come in random order") func shuffle() {
        var random = SystemRandomNumberGenerator()
        let hosts = (0..<8).map { MailHost(name: "h\($0)", preference: 5) }
        let orders = Set((0..<20).map { _ in MailHost.ordered(hosts, using: &random).map(\.name) })
        #expect(orders.count > 1)
    }
}
