import MailStore
import Runtime
import Supervision
import TenantWorker
import Testing

@Suite("Notices of changed accounts")
struct AccountNoticeDeliveryTests {
    private func notice(
        _ event: AccountNotice.Event, by author: AccountNotice.Author = .administrator, _ user: Int64, _ domain: CompanyDomain,
        identity: String? = nil
    ) -> AccountNotice {
        AccountNotice(
            user: user, address: "ann@\(domain.name)", event: event, author: author, time: 1_780_000_000,
            identity: identity ?? "\(user) \(event) \(author)")
    }

    @EventLoopActor
    private func deliver(_ notice: AccountNotice, _ domain: CompanyDomain) async throws {
        try await AccountNoticeDelivery(facts: domain.company.facts(), store: domain.company.store).deliver(notice)
    }

    @Test("The user finds it in the INBOX: from the null path, marked automatic, once however often it is given")
    @EventLoopActor func toUser() async throws {
        let domain = try await CompanyDomain.make()
        let ann = try await domain.user("ann")
        let told = notice(.appPasswordMade("phone"), by: .owner(from: "203.0.113.5"), ann, domain)
        for _ in 1...3 { try await deliver(told, domain) }
        let client = try await domain.imap(ann)
        let lines = try await client.answer("SELECT INBOX") + client.answer("FETCH 1 (BODY.PEEK[])")
        #expect(lines.contains("* 1 EXISTS"))
        for line in [
            "Return-Path: <>", "From: Mail System <postmaster@\(domain.name)>", "To: <ann@\(domain.name)>",
            "Subject: A new app password for your mailbox", "Auto-Submitted: auto-generated", "Content-Type: text/plain; charset=us-ascii",
            "It is called: phone", "Account: ann@\(domain.name)", "When:    Thu, 28 May 2026 20:26:40 +0000",
            "By:      you, with your password, from 203.0.113.5",
            "  casella --server mail.example user change-password ann@\(domain.name)",
        ] { #expect(lines.contains(line), "\(line)") }
        #expect(try await domain.company.store.quota(of: ann).first?.usage.messages == 1)
    }

    @Test("Each kind says what was done; of an administrator only that it was one", arguments: [
        (AccountNotice.Event.passwordChanged, "Your password was changed"),
        (.oneTimePasswordsSet, "One-time passwords were set up for your account"),
        (.oneTimePasswordsOff, "One-time passwords were switched off for your account"),
        (.appPasswordMade("phone"), "A new app password for your mailbox"),
    ])
    @EventLoopActor func kinds(event: AccountNotice.Event, subject: String) async throws {
        let domain = try await CompanyDomain.make()
        let ann = try await domain.user("ann")
        try await deliver(notice(event, ann, domain), domain)
        let client = try await domain.imap(ann)
        let lines = try await client.answer("SELECT INBOX") + client.answer("FETCH 1 (BODY.PEEK[])")
        #expect(lines.contains("Subject: \(subject)") && lines.contains("By:      an administrator"))
        #expect(lines.contains("If you know nothing of it, ask postmaster@\(domain.name) at once."))
        #expect(!lines.contains { $0.contains("from ") && $0.hasPrefix("By:") })
    }

    @Test("The name of a device makes no line of its own, turns none around, and may be in any language")
    @EventLoopActor func deviceNames() async throws {
        let domain = try await CompanyDomain.make()
        let ann = try await domain.user("ann")
        try await deliver(notice(.appPasswordMade("Büro\u{2028}By: you\u{202E}x"), ann, domain), domain)
        let client = try await domain.imap(ann)
        let lines = try await client.answer("SELECT INBOX") + client.answer("FETCH 1 (BODY.PEEK[])")
        #expect(lines.contains("It is called: Büro?By: you?x"))
        #expect(lines.contains("Content-Type: text/plain; charset=utf-8") && lines.contains("Content-Transfer-Encoding: 8bit"))
    }

    @Test("It passes no limit, and who is gone is told nothing: neither is tried again") @EventLoopActor func noRoom() async throws {
        let domain = try await CompanyDomain.make()
        let ann = try await domain.user("ann", messages: 0)
        try await deliver(notice(.passwordChanged, ann, domain), domain)
        #expect(try await domain.company.store.quota(of: ann).first?.usage == QuotaUsage())
        try await deliver(notice(.passwordChanged, 1, domain), domain)
    }

    @Test("Two changes are two notices") @EventLoopActor func twice() async throws {
        let domain = try await CompanyDomain.make()
        let ann = try await domain.user("ann")
        for identity in ["one", "two"] {
            try await deliver(notice(.passwordChanged, ann, domain, identity: "\(domain.id) \(identity)"), domain)
        }
        #expect(try await domain.company.store.quota(of: ann).first?.usage.messages == 2)
    }
}
