import Runtime
import Testing

@Suite("IMAP: quotas")
struct IMAPQuotaTests {
    @Test("A mailbox is under the quotas of its user and its domain, each with its own figures (RFC 9208)")
    @EventLoopActor func roots() async throws {
        let domain = try await CompanyDomain.make(messages: 50)
        let client = try await domain.imap(try await domain.user("ann", bytes: 1024 * 1024, messages: 10))
        try await client.append(Sample.note())
        try await client.says("""
            C: a GETQUOTAROOT INBOX
            S: * QUOTAROOT INBOX user domain
            S: * QUOTA user (STORAGE 1 1024 MESSAGE 1 10)
            S: * QUOTA domain (MESSAGE 1 50)
            S: a OK GETQUOTAROOT completed
            C: b GETQUOTA domain
            S: * QUOTA domain (MESSAGE 1 50)
            S: b OK GETQUOTA completed
            C: c GETQUOTA nope
            S: c NO [NONEXISTENT] …
            C: d GETQUOTAROOT nope
            S: d NO [NONEXISTENT] …
            C: e SETQUOTA user (STORAGE 1)
            S: e NO [NOPERM] …
            """)
    }

    @Test("Without limits there are no roots") @EventLoopActor func none() async throws {
        let domain = try await CompanyDomain.make()
        try await domain.imap(try await domain.user("ann")).says("""
            C: a GETQUOTAROOT INBOX
            S: * QUOTAROOT INBOX
            S: a OK GETQUOTAROOT completed
            C: b GETQUOTA user
            S: b NO [NONEXISTENT] …
            """)
    }
}
