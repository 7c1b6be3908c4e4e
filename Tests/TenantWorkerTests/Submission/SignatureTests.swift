import Cryptography
import MailRules
import Runtime
import SMTP
import Testing

@Suite("Submission: mail is signed")
struct SubmissionSignatureTests {
    private func box(_ kind: SigningKey.Kind) throws -> [UInt8] {
        try SigningKey.random(kind).sealed(key: Company.sealingKey)
    }

    /// The fields of what the relay takes that ann sends.
    /// - Parameters:
    ///   - user: who is ann; nil: made for it.
    ///   - name: of the domain in From; nil: its own.
    @EventLoopActor private func header(
        from domain: CompanyDomain, by user: Int64? = nil, named name: String? = nil
    ) async throws -> [String] {
        let relay = try await FakeRelay()
        let message = "From: <ann@\(name ?? domain.name)>\r\nTo: friend@far.example\r\n\r\nHi\r\n"
        try await SubmissionHandOffTests.submit(message, via: relay, answer: "250 2.6.0 …", in: domain, as: user)
        let taken = try #require(relay.taken.first)
        #expect(taken.message.hasSuffix("\r\n\r\nHi\r\n"))
        await relay.close()
        return taken.header
    }

    @Test("With every active key of the domain, once for all recipients, above all other fields") @EventLoopActor func both() async throws {
        let domain = try await CompanyDomain.make()
        try await domain.key("mayr", "rsa-sha256", box: box(.rsa))
        try await domain.key("maye", "ed25519-sha256", box: box(.ed25519))
        let header = try await self.header(from: domain)
        let signatures = header.filter { $0.hasPrefix("DKIM-Signature:") }
        #expect(signatures.count == 2 && header.first?.contains("a=rsa-sha256; c=relaxed/relaxed; d=\(domain.name);") == true)
        let bodyHash = "bh=j+uJ1+KwQjMpdNiCngwvlv2FTzZnzkokoCYASnN36NE=;"  // of Hi and its line end alone
        #expect(header.filter { $0.contains(bodyHash) }.count == 2)
        #expect(header.contains { $0.hasPrefix(" s=mayr; t=") } && header.contains { $0.hasPrefix(" s=maye; t=") })
    }

    static let froms: [(String, String?)] = [
        ("From: Ann <ann@Acme.example>\r\n\r\n", "acme.example"),
        ("From: a@one.example, b@two.example\r\nSender: b@two.example\r\n", "one.example"),
        ("From: a@b\u{fc}cher.Example\r\n\r\n", "xn--bcher-kva.example"), ("From: a@B\u{dc}CHER.example\r\n\r\n", nil),
        ("from:\r\n \"x, y@z.example\" <a@one.example>\r\n", "one.example"), ("To: a@one.example\r\n", nil), ("From: nobody\r\n", nil),
    ]
    @Test("By the domain of the first address of From", arguments: froms) func domains(header: String, domain: String?) {
        let bytes = Array(header.utf8)
        #expect(MessageAuthors.signingDomain(HeaderScan(bytes), in: bytes) == domain)
    }

    @Test("A key that comes or goes counts from the next message on") @EventLoopActor func changes() async throws {
        let domain = try await CompanyDomain.make(), ann = try await domain.user("ann")
        func selectors() async throws -> [String] {
            try await header(from: domain, by: ann).compactMap { $0.firstMatch(of: /^ s=([a-z]+); t=/).map { String($0.1) } }
        }
        #expect(try await selectors().isEmpty)
        try await domain.key("may", "ed25519-sha256", box: box(.ed25519))
        #expect(try await selectors() == ["may"])
        #expect(try await selectors() == ["may"], "with the key as it was kept")
        try await domain.key("june", "ed25519-sha256", box: box(.ed25519))
        #expect(try await selectors() == ["june", "may"])
        try await domain.retire(key: "may")
        #expect(try await selectors() == ["june"])
        try await domain.retire(key: "june")
        #expect(try await selectors().isEmpty)
    }

    @Test("Each name of a domain is signed for with its own keys, and the one without any not at all") @EventLoopActor
    func alias() async throws {
        let domain = try await CompanyDomain.make(), ann = try await domain.user("ann")
        let alias = "also-\(domain.name)", third = "third-\(domain.name)", spelled = "xn--bcher-kva.\(domain.name)"
        for name in [alias, third, spelled] { try await domain.domainAlias(name) }
        try await domain.key("may", "ed25519-sha256", box: box(.ed25519))
        try await domain.key("spelled", "ed25519-sha256", box: box(.ed25519), for: spelled)
        /// Domain and selector of each signature.
        func signatures(_ name: String) async throws -> [String] {
            let header = try await header(from: domain, by: ann, named: name).joined(separator: "\n")
            return header.matches(of: /DKIM-Signature: .* d=(.+);\n s=([a-z]+); t=/).map { "\($0.1) \($0.2)" }
        }
        #expect(try await signatures(alias).isEmpty)
        #expect(try await signatures(domain.name.uppercased()) == ["\(domain.name) may"])
        try await domain.key("may", "ed25519-sha256", box: box(.ed25519), for: alias)
        #expect(try await signatures(alias.uppercased()) == ["\(alias) may"])
        #expect(try await signatures(domain.name) == ["\(domain.name) may"])
        #expect(try await signatures(third).isEmpty)
        // In ASCII, where the record is (RFC 5890).
        #expect(try await signatures("b\u{fc}cher.\(domain.name)") == ["\(spelled) spelled"])
    }

    @Test("A key that cannot be used loses no mail, and no other signature") @EventLoopActor func broken() async throws {
        let domain = try await CompanyDomain.make()
        try await domain.key("broken", "rsa-sha256", box: [1, 2, 3])
        try await domain.key("other", "rsa-sha256", box: box(.ed25519))
        try await domain.key("sound", "ed25519-sha256", box: box(.ed25519))
        let header = try await self.header(from: domain)
        #expect(header.filter { $0.hasPrefix("DKIM-Signature:") }.count == 1 && header.contains { $0.hasPrefix(" s=sound; t=") })
    }
}
