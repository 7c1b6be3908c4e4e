import Runtime
import Testing

@Suite("Submission: as whom a user may send")
struct SubmissionAuthorTests {
    @Test("A foreign sender is refused, and so is none at all (RFC 6409 §6.1)")
    @EventLoopActor func foreignSender() async throws {
        let domain = try await CompanyDomain.make()
        _ = try await domain.user("bob")
        let ann = try await domain.user("ann")
        try await domain.submission(ann, address: "ann@\(domain.name)").says("""
            C: MAIL FROM:<bob@\(domain.name)>
            S: 550 5.7.1 …
            C: MAIL FROM:<ann@elsewhere.example>
            S: 550 5.7.1 …
            C: MAIL FROM:<>
            S: 550 5.7.1 …
            C: MAIL FROM:<ann@\(domain.name)>
            S: 250 2.1.0 …
            """)
    }

    @Test("A user sends as itself, with a +detail, and as an alias that leads to it")
    @EventLoopActor func ownAddresses() async throws {
        let domain = try await CompanyDomain.make(), relay = try await FakeRelay()
        let ann = try await domain.user("ann")
        try await domain.alias("sales", to: "ann@\(domain.name)")
        let client = try await domain.submission(ann, address: "ann@\(domain.name)", relay: relay)
        for name in ["ann", "ann+shop", "sales"] {
            try await client.says("""
                C: MAIL FROM:<\(name)@\(domain.name)>
                S: 250 …
                C: RCPT TO:<friend@far.example>
                S: 250 …
                C: DATA
                S: 354 …
                C: From: <\(name)@\(domain.name)>
                C:
                C: .
                S: 250 2.6.0 …
                """)
        }
        #expect(relay.taken.map(\.reversePath) == ["ann", "ann+shop", "sales"].map { "\($0)@\(domain.name)" })
        await relay.close()
    }

    /// The A-label and what it spells; then capitals, another normal form, and a letter of another script.
    static let spellings = [
        ("xn--bcher-kva", true), ("b\u{fc}cher", true), ("B\u{fc}CHER", true), ("XN--BCHER-KVA", true), ("B\u{dc}CHER", false),
        ("bu\u{308}cher", false), ("b\u{fc}\u{441}her", false), ("xn--b\u{fc}cher-kva", false), ("bucher", false),
    ]
    @Test("A domain in Unicode is the one with its A-labels, and none that only looks like it", arguments: spellings) @EventLoopActor
    func unicodeDomain(name: String, isOwn: Bool) async throws {
        let domain = try await CompanyDomain.make(), relay = try await FakeRelay(), address = "ann@\(name).\(domain.name)"
        let ann = try await domain.user("ann")
        try await domain.domainAlias("xn--bcher-kva.\(domain.name)")
        let message = "From: <\(address)>\r\n\r\nHi\r\n"
        try await SubmissionHandOffTests.submit(message, via: relay, answer: isOwn ? "250 2.6.0 …" : "550 5.7.1 …", in: domain, as: ann)
        #expect(relay.taken.count == (isOwn ? 1 : 0))
        try await domain.submission(ann, address: "ann@\(domain.name)").says("""
            C: MAIL FROM:<\(address)> SMTPUTF8
            S: \(isOwn ? "250 2.1.0 …" : "550 5.7.1 …")
            """)
        await relay.close()
    }

    @Test("The Kelvin sign is no letter k") @EventLoopActor func kelvin() async throws {
        let domain = try await CompanyDomain.make(), ann = try await domain.user("ann")
        try await domain.domainAlias("k.\(domain.name)")
        try await domain.submission(ann, address: "ann@\(domain.name)").says("""
            C: MAIL FROM:<ann@\u{212A}.\(domain.name)> SMTPUTF8
            S: 550 5.7.1 …
            C: MAIL FROM:<ann@K.\(domain.name)> SMTPUTF8
            S: 250 2.1.0 …
            """)
    }

    static let foreignHeaders = [
        "From: Boss <boss@elsewhere.example>", "From: ann@DOMAIN, boss@elsewhere.example",
        "From: ann@DOMAIN\r\nFrom: boss@elsewhere.example",
        "From: ann@DOMAIN\r\nSender: boss@elsewhere.example", "From: somebody",
        "From: ann@DOMAIN\r\nResent-From: boss@elsewhere.example", "From: ann@DOMAIN\r\nResent-Sender: boss@elsewhere.example",
        "From: ann@DOMAIN\r\nResent-From: ann@DOMAIN\r\nResent-From: boss@elsewhere.example",
        "From: <ann@DOMAIN@elsewhere.example>", "From: ann@DOMAIN <boss@elsewhere.example>", "From: boss@elsewhere.example <ann@DOMAIN>",
        "From: Ann <ann@DOMAIN> <boss@elsewhere.example>", "From: <ann@DOMAIN>boss@elsewhere.example", "From: ann@DOMAIN boss",
        "From: <ann@DOMAIN", "From: Ann <ann@DOMAIN>, ", "From: Ann: ann@DOMAIN;", "From: <@elsewhere.example:ann@DOMAIN>",
        "From: <ann@DOMAIN (> <boss@elsewhere.example>", "From: \"Ann <ann@DOMAIN>", "From: (", "From:",
    ]
    @Test("A message from somebody else is refused whatever its envelope says", arguments: foreignHeaders)
    @EventLoopActor func foreignAuthor(header: String) async throws {
        let domain = try await CompanyDomain.make(), relay = try await FakeRelay()
        let ann = try await domain.user("ann")
        let client = try await domain.submission(ann, address: "ann@\(domain.name)", relay: relay)
        try await client.says("""
            C: MAIL FROM:<ann@\(domain.name)>
            S: 250 …
            C: RCPT TO:<friend@far.example>
            S: 250 …
            C: DATA
            S: 354 …
            """)
        try await client.sends(Array((header.replacing("DOMAIN", with: domain.name) + "\r\n\r\nHi\r\n.\r\n").utf8))
        try await client.says("""
            S: 550 5.7.1 …
            C: NOOP
            S: 250 …
            """)
        #expect(relay.taken.isEmpty)
        await relay.close()
    }
}
