import Cryptography
import MailRules
import Runtime
import SMTP
import Testing

@Suite("Submission: mail is signed")
struct SubmissionSignatureTests {
    private func box(_ kind: SigningKey.Kind) throws -> [UInt8] {
        try SealedBox.seal(SigningKey.random(kind).privateKey, key: Company.sealingKey)
    }

    /// The fields of what the relay takes that ann sends.
    @EventLoopActor private func header(from domain: CompanyDomain) async throws -> [String] {
        let relay = try await FakeRelay()
        let message = "From: <ann@\(domain.name)>\r\nTo: friend@far.example\r\n\r\nHi\r\n"
        try await SubmissionHandOffTests.submit(message, via: relay, answer: "250 2.6.0 …", in: domain)
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
        #expect(header.filter { $0.contains("bh=j+uJ1+KwQjMpdNiCngwvlv2FTzZnzkokoCYASnN36NE=;") }.count == 2, "of Hi and its line end alone")
        #expect(header.contains { $0.hasPrefix(" s=mayr; t=") } && header.contains { $0.hasPrefix(" s=maye; t=") })
    }

    static let froms: [(String, String?)] = [
        ("From: Ann <ann@Acme.example>\r\n\r\n", "acme.example"),
        ("From: a@one.example, b@two.example\r\nSender: b@two.example\r\n", "one.example"),
        ("from:\r\n \"x, y@z.example\" <a@one.example>\r\n", "one.example"), ("To: a@one.example\r\n", nil), ("From: nobody\r\n", nil),
    ]
    @Test("By the domain of the first address of From", arguments: froms) func domains(header: String, domain: String?) {
        let bytes = Array(header.utf8)
        #expect(MessageAuthors.signingDomain(HeaderScan(bytes), in: bytes) == domain)
    }

    @Test("A key that comes or goes counts from the next message on") @EventLoopActor func changes() async throws {
        let domain = try await CompanyDomain.make(), other = try await CompanyDomain.make()
        let unsigned = try await header(from: domain)
        #expect(!unsigned.contains { $0.hasPrefix("DKIM-Signature:") })
        try await other.key("may", "ed25519-sha256", box: box(.ed25519))
        let signed = try await header(from: other)
        #expect(signed.contains { $0.hasPrefix("DKIM-Signature:") })
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
