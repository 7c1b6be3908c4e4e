import Runtime
import Testing

@Suite("Submission: as a shared mailbox")
struct SubmissionSharedSenderTests {
    @Test("Who sends for a shared mailbox uses its address and what leads to it alone; other members and strangers do not")
    @EventLoopActor func senders() async throws {
        let domain = try await CompanyDomain.make(), relay = try await FakeRelay()
        let info = try await domain.shared("info"), ann = try await domain.user("ann"), bob = try await domain.user("bob")
        let cleo = try await domain.user("cleo")
        try await domain.give(ann, "read", to: info, sends: true)
        try await domain.give(bob, "manage", to: info)
        try await domain.alias("contact", to: "info@\(domain.name)")
        for target in ["info", "cleo"] { try await domain.alias("both", to: "\(target)@\(domain.name)") }
        let client = try await domain.submission(ann, address: "ann@\(domain.name)", relay: relay)
        for name in ["info", "info+x", "contact"] {
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
        #expect(relay.taken.count == 3)
        try await client.says("""
            C: MAIL FROM:<both@\(domain.name)>
            S: 550 5.7.1 …
            C: MAIL FROM:<cleo@\(domain.name)>
            S: 550 5.7.1 …
            """)
        for user in [bob, cleo] {
            try await domain.submission(user, address: "x@\(domain.name)", relay: relay).says("""
                C: MAIL FROM:<info@\(domain.name)>
                S: 550 5.7.1 …
                """)
        }
        // In a session that is open too.
        try await domain.set("suspended = '{outgoing}'", of: info)
        try await client.says("""
            C: MAIL FROM:<info@\(domain.name)>
            S: 550 5.7.1 …
            """)
        try await domain.set("suspended = '{}'", of: info)
        try await domain.give(ann, nil, to: info)
        try await client.says("""
            C: MAIL FROM:<info@\(domain.name)>
            S: 550 5.7.1 …
            C: MAIL FROM:<ann@\(domain.name)>
            S: 250 …
            """)
        await relay.close()
    }
}
