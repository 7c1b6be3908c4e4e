import Runtime
import TenantWorker
import Testing

@Suite("IMAP: begin and end of a session")
struct IMAPLoginTests {
    @Test("The login is answered by its own tag, with the capabilities") @EventLoopActor func login() async throws {
        let domain = try await CompanyDomain.make()
        let client = try await domain.imap(try await domain.user("ann"))
        try await client.says("""
            C: a CAPABILITY
            S: * CAPABILITY IMAP4rev1 LITERAL+ … IDLE … UIDPLUS MOVE … QUOTA … APPENDLIMIT=10000000
            S: a OK CAPABILITY completed
            C: b NAMESPACE
            S: * NAMESPACE (("" "/")) NIL NIL
            S: b OK NAMESPACE completed
            C: c ID ("name" "test")
            S: * ID ("name" "Casella")
            S: c OK ID completed
            """)
    }

    @Test("An account that is no more is answered NO, and the session ends") @EventLoopActor func noAccount() async throws {
        let company = try await Company.shared()
        let client = try await Dialogue { connection in
            IMAPConnection(
                connection: connection, store: company.store, user: 987_654, pendingTag: "a", limits: IMAPLimits(message: 1000)
            ).run
        }
        try await client.says("""
            S: a NO [UNAVAILABLE] …
            S: * BYE …
            """)
        try await client.hearsTheEnd()
    }

    @Test("LOGOUT says BYE, then OK, and closes") @EventLoopActor func logout() async throws {
        let domain = try await CompanyDomain.make()
        let client = try await domain.imap(try await domain.user("ann"))
        try await client.says("""
            C: a LOGOUT
            S: * BYE Logging out
            S: a OK LOGOUT completed
            """)
        try await client.hearsTheEnd()
    }

    @Test("A session that is told to end says BYE with the reason", arguments: [false, true])
    @EventLoopActor func told(whileIdling: Bool) async throws {
        let domain = try await CompanyDomain.make()
        let user = try await domain.user("ann"), store = domain.company.store
        var session: IMAPConnection?
        let client = try await Dialogue { connection in
            let served = IMAPConnection(
                connection: connection, store: store, user: user, pendingTag: "a", limits: IMAPLimits(message: 1000))
            session = served
            return served.run
        }
        try await client.says("S: a OK …")
        if whileIdling {
            try await client.says("""
                C: b IDLE
                S: + idling
                """)
        }
        session?.end(reason: "The user was suspended")
        try await client.says("S: * BYE The user was suspended")
        try await client.hearsTheEnd()
    }

    @Test("Silence for too long ends the session with BYE") @EventLoopActor func silence() async throws {
        let domain = try await CompanyDomain.make()
        var limits = IMAPLimits(message: 1000)
        limits.silence = .milliseconds(20)
        let client = try await domain.imap(try await domain.user("ann"), limits: limits)
        try await client.says("S: * BYE Idle for too long")
        try await client.hearsTheEnd()
    }

    @Test("Too many commands that are none end the session") @EventLoopActor func nonsense() async throws {
        let domain = try await CompanyDomain.make()
        var limits = IMAPLimits(message: 1000)
        limits.nonsense = 2
        let client = try await domain.imap(try await domain.user("ann"), limits: limits)
        try await client.says("""
            C: a FOO
            S: a BAD …
            C: b FETCH 1 FLAGS
            S: b BAD No mailbox is selected
            S: * BYE Too many invalid commands
            """)
        try await client.hearsTheEnd()
    }

    @Test("Commands sent together are answered in their order") @EventLoopActor func pipelining() async throws {
        let domain = try await CompanyDomain.make()
        let client = try await domain.imap(try await domain.user("ann"))
        let tags = (1...300).map { "p\($0)" }
        try await client.says((tags.map { "C: \($0) NOOP" } + tags.map { "S: \($0) OK NOOP completed" }).joined(separator: "\n"))
    }
}
