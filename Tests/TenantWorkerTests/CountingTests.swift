import Runtime
import SMTP
import Supervision
import TenantWorker
import Testing

@Suite("What a worker counts") struct CountingTests {
    @Test("Deliveries are counted by recipient and outcome, refusals for quota apart, messages in the flushes") @EventLoopActor
    func deliveries() async throws {
        let domain = try await CompanyDomain.make(messages: 1)
        _ = try await domain.user("ann")
        _ = try await domain.user("bob")
        let counters = WorkerCounters(), store = domain.company.store
        let before = counters.figures(of: store, sessions: [])
        let client = try await Dialogue { connection in
            LMTPConnection(connection: connection, store: store, facts: domain.company.facts(), counters: counters).run
        }
        try await client.says("""
            S: 220 mail.example LMTP…
            C: LHLO gateway.example
            """)
        while let line = try await client.line(), line.hasPrefix("250-") {}
        try await client.says("""
            C: MAIL FROM:<sender@remote.example>
            S: 250 …
            C: RCPT TO:<ann@\(domain.name)>
            S: 250 …
            C: RCPT TO:<bob@\(domain.name)>
            S: 250 …
            C: DATA
            S: 354 …
            C: Subject: one fits
            C:
            C: .
            S: 250 2.1.5 …
            S: 552 5.2.2 …
            """)
        let after = counters.figures(of: store, sessions: [])
        #expect(after.deliveriesStored == 1 && after.deliveriesRefused == 1 && after.deliveriesDeferred == 0)
        #expect(after.quotaRefusals - before.quotaRefusals >= 1)
        #expect(after.messagesFlushed > before.messagesFlushed && after.flushMicroseconds > before.flushMicroseconds)
    }

    @Test("IMAP commands are counted by name, UID forms with the others") @EventLoopActor func commands() async throws {
        let domain = try await CompanyDomain.make()
        let ann = try await domain.user("ann")
        let counters = WorkerCounters(), store = domain.company.store
        let client = try await Dialogue { connection in
            IMAPConnection(
                connection: connection, store: store, user: ann, pendingTag: "login", limits: IMAPLimits(message: 1_000), counters: counters
            ).run
        }
        try await client.says("S: login OK …")
        _ = try await client.answer("SELECT INBOX")
        _ = try await client.answer("UID FETCH 1:* FLAGS")
        _ = try await client.answer("UID SEARCH ALL")
        _ = try await client.answer("FETCH 1:* FLAGS")
        #expect(counters.figures(of: store, sessions: []).imapCommands == ["SELECT": 1, "FETCH": 2, "SEARCH": 1])
    }
}
