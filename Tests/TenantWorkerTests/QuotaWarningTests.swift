import MailStore
import Runtime
import SMTP
import TenantWorker
import Testing

@Suite("Quota warnings")
struct QuotaWarningDeliveryTests {
    private func warning(
        _ scope: QuotaScope, _ subject: Int64, _ domain: CompanyDomain, _ name: String, percent: Int = 95
    ) -> QuotaWarning {
        QuotaWarning(
            scope: scope, subject: subject, name: name, domains: ["nowhere.example", domain.name], resource: .bytes, percent: percent,
            used: 960_000, limit: 1_000_000, armedBelow: percent - 5, identity: "\(scope) \(subject) \(domain.name) \(percent)")
    }

    @EventLoopActor
    private func deliver(_ warning: QuotaWarning, _ domain: CompanyDomain, relay: FakeRelay? = nil) async -> QuotaWarning.Outcome {
        let facts = domain.company.facts(relaySocket: relay?.path ?? "/nowhere/relay")
        return await QuotaWarningDelivery(facts: facts, store: domain.company.store).deliver(warning)
    }

    @Test("A user finds the warning in the INBOX: from the null path, marked automatic, once") @EventLoopActor func toUser() async throws {
        let domain = try await CompanyDomain.make()
        let ann = try await domain.user("ann")
        let first = warning(.user, ann, domain, "ann@\(domain.name)")
        #expect(await deliver(first, domain) == .mailed)
        #expect(await deliver(first, domain) == .mailed)
        let client = try await domain.imap(ann)
        let lines = try await client.answer("SELECT INBOX") + client.answer("FETCH 1 (BODY.PEEK[])")
        #expect(lines.contains("* 1 EXISTS"))
        for line in [
            "Return-Path: <>", "From: Mail System <postmaster@\(domain.name)>", "To: <ann@\(domain.name)>",
            "Subject: Your mailbox has reached 95 % of its quota", "Auto-Submitted: auto-generated",
            "Your mailbox has reached 95 % of its quota: it uses 960 KB of 1 MB (ann@\(domain.name)).", "90 % meanwhile.",
        ] { #expect(lines.contains(line), "\(line)") }
        #expect(lines.allSatisfy { $0.utf8.count <= 120 })
    }

    @Test("A warning passes no limit") @EventLoopActor func noRoom() async throws {
        let domain = try await CompanyDomain.make()
        let ann = try await domain.user("ann", messages: 0)
        #expect(await deliver(warning(.user, ann, domain, "ann@\(domain.name)", percent: 100), domain) == .noRoom)
        #expect(try await domain.company.store.quota(of: ann).first?.usage == QuotaUsage())
    }

    @Test("A domain's and a tenant's warnings go to the first postmaster, inside or outside", arguments: [QuotaScope.domain, .tenant])
    @EventLoopActor func toPostmaster(scope: QuotaScope) async throws {
        let domain = try await CompanyDomain.make()
        let relay = try await FakeRelay()
        #expect(await deliver(warning(scope, 7, domain, domain.name), domain, relay: relay) == .noAddress)
        let ann = try await domain.user("ann")
        try await domain.alias("postmaster", to: "ann@\(domain.name)")
        try await domain.alias("postmaster", to: "operator@outside.example")
        #expect(await deliver(warning(scope, 7, domain, domain.name), domain, relay: relay) == .mailed)
        #expect(try await domain.company.store.quota(of: ann).first?.usage.messages == 1)
        let taken = try #require(relay.taken.first)
        #expect(taken.reversePath.isEmpty && taken.recipients == ["operator@outside.example"] && taken.deliveryID != nil)
        #expect(taken.header.contains("To: <postmaster@\(domain.name)>"))
        #expect(taken.message.contains("The mail of \(domain.name)"))
        await relay.close()
    }

    @Test("While the relay is away the warning waits") @EventLoopActor func noRelay() async throws {
        let domain = try await CompanyDomain.make()
        try await domain.alias("postmaster", to: "operator@outside.example")
        #expect(await deliver(warning(.domain, domain.id, domain, domain.name), domain) == .pending)
    }
}
