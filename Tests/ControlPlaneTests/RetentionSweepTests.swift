import AdminAPI
import Postgres
import Runtime
import Testing

@testable import ControlPlane

@Suite("Which tenants have mail that goes after some days", .serialized) @EventLoopActor struct RetentionSweepTests {
    private func override(_ target: String, _ limits: [LimitName: LimitValue?], _ platform: TestPlatform) async throws {
        _ = try await platform.calls().overrideLimits(platform.request(LimitChanges(limits), ["target": target]))
    }

    @Test("What is said of a user counts, goes before what the tenant has, and is noticed when it is another") func users() async throws {
        let platform = try await TestPlatform(), calls = platform.calls(), tenant = platform.tenant
        _ = try await platform.owner.query(
            "INSERT INTO users (tenant_id, user_id, domain_id, local_part) SELECT tenant_id, 7, domain_id, 'ann' FROM domains")
        _ = try await platform.owner.query(
            """
            INSERT INTO mailboxes (tenant_id, mailbox_id, user_id, name, uidvalidity, special_use) VALUES ($1, 8, 7, 'Trash', 1, '\\Trash')
            """, [.int8(tenant)])
        _ = try await platform.owner.query(
            """
            INSERT INTO messages (tenant_id, mailbox_id, uid, modseq, internal_date, size, blob_segment, blob_offset, blob_length, saved_at)
            VALUES ($1, 8, 1, 1, now(), 10, 0, 0, 10, now() - interval '5 days')
            """, [.int8(tenant)])
        #expect(try await calls.tenantsWithRetention().isEmpty)
        #expect(try await !calls.hasExpiredMessages(tenant))
        try await override("ann@acme.example", [.trashDays: .number(4)], platform)
        let first = try await calls.tenantsWithRetention()[tenant]
        #expect(first?.trash == nil && first?.users != nil)
        #expect(try await calls.hasExpiredMessages(tenant))
        #expect(try await calls.tenantsWithRetention()[tenant] == first)
        try await override("ann@acme.example", [.trashDays: .unlimited], platform)
        #expect(try await calls.tenantsWithRetention()[tenant] != first)
        try await override("acme", [.trashDays: .number(2)], platform)
        #expect(try await calls.tenantsWithRetention()[tenant]?.trash == 2)
        #expect(try await !calls.hasExpiredMessages(tenant))
        try await override("ann@acme.example", [.trashDays: nil], platform)
        #expect(try await calls.hasExpiredMessages(tenant))
        let error = await #expect(throws: AdminError.self) { try await override("ann@acme.example", [.keptDays: .number(4)], platform) }
        #expect(error?.message.contains("cannot be overridden for a user") == true)
        #expect(error?.hint == "`user delete --now` destroys one user at once, and `hold set` keeps one for longer.")
        await platform.close()
    }
}
