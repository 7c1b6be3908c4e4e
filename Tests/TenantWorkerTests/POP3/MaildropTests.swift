import Runtime
import TenantWorker
import Testing

@Suite("POP3")
struct POP3MaildropTests {
    static let first = "Subject: one\r\n\r\n.dot\r\n..two\r\nend\r\n", second = "Subject: two\r\n\r\nHi\r\n"

    @EventLoopActor static func user(of domain: CompanyDomain) async throws -> Int64 {
        let user = try await domain.user("ann")
        let client = try await domain.imap(user)
        try await client.append(first)
        try await client.append(second)
        return user
    }

    @EventLoopActor static func messages(of user: Int64, in domain: CompanyDomain) async throws -> String? {
        try await domain.imap(user).answer("STATUS INBOX (MESSAGES)").first
    }

    @Test("STAT, LIST, RETR and TOP tell the messages, dots doubled (RFC 1939 §3)") @EventLoopActor func reading() async throws {
        let domain = try await CompanyDomain.make()
        try await domain.pop3(try await Self.user(of: domain)).says("""
            S: +OK …
            C: STAT
            S: +OK 2 54
            C: LIST
            S: +OK …
            S: 1 34
            S: 2 20
            S: .
            C: LIST 2
            S: +OK 2 20
            C: RETR 1
            S: +OK 34 octets
            S: Subject: one
            S:
            S: ..dot
            S: ...two
            S: end
            S: .
            C: TOP 1 1
            S: +OK …
            S: Subject: one
            S:
            S: ..dot
            S: .
            C: TOP 2 0
            S: +OK …
            S: Subject: two
            S:
            S: .
            C: RETR 3
            S: -ERR …
            C: QUIT
            S: +OK …
            """)
    }

    @Test("Only one session has the maildrop: others hear [IN-USE] (RFC 2449 §8.1.1)")
    @EventLoopActor func locked() async throws {
        let domain = try await CompanyDomain.make()
        let user = try await Self.user(of: domain)
        let one = try await domain.pop3(user)
        try await one.says("S: +OK …")
        let other = try await domain.pop3(user)
        try await other.says("S: -ERR [IN-USE] …")
        try await other.hearsTheEnd()
        try await one.says("""
            C: QUIT
            S: +OK …
            """)
        try await one.hearsTheEnd()
        try await domain.pop3(user).says("S: +OK …")
    }

    @Test("DELE takes effect at QUIT") @EventLoopActor func deletion() async throws {
        let domain = try await CompanyDomain.make()
        let user = try await Self.user(of: domain)
        let client = try await domain.pop3(user)
        try await client.says("""
            S: +OK …
            C: DELE 1
            S: +OK …
            C: RETR 1
            S: -ERR …
            C: STAT
            S: +OK 1 20
            C: NOOP
            S: +OK …
            """)
        #expect(try await Self.messages(of: user, in: domain) == "* STATUS INBOX (MESSAGES 2)")
        try await client.says("""
            C: QUIT
            S: +OK …
            """)
        try await client.hearsTheEnd()
        #expect(try await Self.messages(of: user, in: domain) == "* STATUS INBOX (MESSAGES 1)")
    }

    @Test("A connection that breaks removes nothing, nor does RSET") @EventLoopActor func noQuit() async throws {
        let domain = try await CompanyDomain.make()
        let user = try await Self.user(of: domain)
        let broken = try await domain.pop3(user)
        try await broken.says("""
            S: +OK …
            C: DELE 1
            S: +OK …
            """)
        await broken.hangUp()
        let client = try await domain.pop3(user)
        try await client.says("""
            S: +OK …
            C: DELE 2
            S: +OK …
            C: RSET
            S: +OK …
            C: QUIT
            S: +OK …
            """)
        try await client.hearsTheEnd()
        #expect(try await Self.messages(of: user, in: domain) == "* STATUS INBOX (MESSAGES 2)")
    }

    @Test("A unique id stays with its message, also when others go") @EventLoopActor func uniqueIDs() async throws {
        let domain = try await CompanyDomain.make()
        let user = try await Self.user(of: domain)
        let client = try await domain.pop3(user)
        try await client.says("""
            S: +OK …
            C: UIDL
            S: +OK …
            """)
        _ = try await client.line()
        let id = try #require(try await client.line()).dropFirst(2)
        try await client.says("""
            S: .
            C: DELE 1
            S: +OK …
            C: QUIT
            S: +OK …
            """)
        try await client.hearsTheEnd()
        try await domain.pop3(user).says("""
            S: +OK …
            C: UIDL
            S: +OK …
            S: 1 \(id)
            S: .
            C: UIDL 1
            S: +OK 1 \(id)
            """)
    }

    @Test("A session that is told to end closes, and removes nothing") @EventLoopActor func told() async throws {
        let domain = try await CompanyDomain.make()
        let user = try await Self.user(of: domain), store = domain.company.store
        var session: POP3Connection?
        let client = try await Dialogue { connection in
            let served = POP3Connection(connection: connection, store: store, user: user)
            session = served
            return served.run
        }
        try await client.says("""
            S: +OK …
            C: DELE 1
            S: +OK …
            """)
        session?.end(reason: "The user was suspended")
        try await client.hearsTheEnd()
        #expect(try await Self.messages(of: user, in: domain) == "* STATUS INBOX (MESSAGES 2)")
    }
}
