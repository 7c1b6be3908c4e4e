import MailStore
import Runtime
import Testing

@Suite("By what somebody sends as an address") struct SenderRightTests {
    private enum Found: Equatable { case itself, shared(String), none(only: String?) }

    @EventLoopActor private func found(_ localPart: String, _ domain: String, as user: Int64, in tenant: TestTenant) async throws -> Found {
        let directory = Directory(tenant: tenant.id, pool: tenant.server.pool)
        return switch try await directory.right(of: user, toSendAs: localPart, domain) {
        case .itself: .itself
        case .sharedMailbox(let mailbox): .shared(mailbox.localPart)
        case .none(let only): .none(only: only?.localPart)
        }
    }

    @Test("An address is first what it is itself, then what stands before its +, and only then the catch-all") @EventLoopActor
    func order() async throws {
        let tenant = try await TestTenant.make(), other = try await TestTenant.make()
        let info = try await tenant.shared("info"), ann = try await tenant.user("ann"), bob = try await tenant.user("bob")
        _ = try await other.shared("sales")
        try await tenant.give(ann, "read", to: info, sends: true)
        try await tenant.alias("info+news", to: "bob@\(tenant.domainName)")
        try await tenant.alias("contact", to: "info@\(tenant.domainName)")
        try await tenant.alias("both", to: "info@\(tenant.domainName)")
        try await tenant.alias("both", to: "ann@\(tenant.domainName)")
        try await tenant.alias("all", to: "info@\(tenant.domainName)")
        try await tenant.alias("all", to: "bob@\(tenant.domainName)")
        try await tenant.alias("", to: "ann@\(tenant.domainName)")
        let cases: [(String, Int64, Found)] = [
            ("info", ann, .shared("info")), ("info", bob, .none(only: "info")), ("INFO+x", ann, .shared("info")),
            // An alias with a + of its own is no detail of the mailbox.
            ("info+news", ann, .none(only: "bob")), ("info+news", bob, .itself), ("info+news+x", ann, .shared("info")),
            ("contact", ann, .shared("info")), ("contact", bob, .none(only: "info")), ("both", ann, .itself),
            ("all", ann, .none(only: nil)), ("all", bob, .itself), ("nobody", ann, .itself), ("nobody", bob, .none(only: "ann")),
        ]
        for (localPart, user, expected) in cases {
            #expect(try await found(localPart, tenant.domainName, as: user, in: tenant) == expected, "\(localPart)")
        }
        // Of another tenant's mailbox nothing is told.
        #expect(try await found("sales", other.domainName, as: ann, in: tenant) == .none(only: nil))
        #expect(try await found("info", "elsewhere.example", as: ann, in: tenant) == .none(only: nil))
    }
}
