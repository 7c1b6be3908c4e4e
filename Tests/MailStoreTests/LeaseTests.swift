import MailStore
import Postgres
import Runtime
import TestSupport
import Testing

@EventLoopActor
@Suite struct LeaseTests {
    @Test("A store whose lease was taken writes nothing more, and says so once") func takeover() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        let old = try await tenant.open()
        var losses = 0
        old.onLeaseLost = { losses += 1 }
        _ = await old.deliver(delivery(to: user))
        let (account, selection) = try await inbox(user, in: old)
        let new = try await tenant.open()
        guard case .unavailable = await old.deliver(delivery(to: user)).first else { Issue.record("the old store delivered"); return }
        await #expect(throws: StoreError.leaseLost) { try await selection.store([1], .add, flags: .seen, keywords: []) }
        await #expect(throws: StoreError.leaseLost) { try await account.create("New") }
        #expect(losses == 1)
        guard case .stored(_, 2) = await new.deliver(delivery(to: user)).first else { Issue.record("not delivered"); return }
        await old.close()
        await new.close()
        try await tenant.checkUsage()
        #expect(try await tenant.count("messages") == 2)
    }

    @Test("Deliveries under way while another store takes over are either stored or refused, never both")
    func takeoverUnderLoad() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        let old = try await tenant.open()
        async let outcomes = deliverTogether((0..<200).map { _ in delivery(to: user) }, in: old)
        try await Task.sleep(for: .milliseconds(30))
        let new = try await tenant.open()
        let stored = await outcomes.filter(\.isStored).count
        #expect(try await tenant.count("messages") == Int64(stored))
        _ = await new.deliver(delivery(to: user))
        await old.close()
        await new.close()
        try await tenant.checkUsage()
    }

    @Test("A tenant's role cannot open another tenant's store") func foreignRole() async throws {
        let one = try await TestTenant.make(), other = try await TestTenant.make()
        let configuration = one.server.cluster.configuration(database: one.server.database, user: "casella_t\(one.id)")
        await #expect(throws: StoreError.self) {
            _ = try await TenantStore.open(tenant: other.id, database: configuration, blobDirectory: one.directory)
        }
    }

    @Test("Connections that die under deliveries lose none and double none") func brokenConnections() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann", bytes: 1_000_000)
        let store = try await tenant.open()
        guard await store.deliver(delivery(to: user)).first.isStored else { Issue.record("not stored"); return }
        let killer = Task {
            while !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(Int.random(in: 5...40)))
                _ = try? await tenant.server.pool.query(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1 AND datname = current_database()",
                    [.text("casella_t\(tenant.id)")])
            }
        }
        var ids: [[UInt8]] = [], unclear: [[UInt8]] = []
        for _ in 0..<30 {
            let wave = (0..<20).map { _ in deliveryID() }
            let outcomes = await deliverTogether(wave.map { delivery(id: $0, to: user) }, in: store)
            ids += wave
            unclear += zip(wave, outcomes).filter { !$0.1.isStored }.map(\.0)
        }
        killer.cancel()
        await killer.value
        // What was answered as stored is stored, and what was not may be tried again without being stored twice.
        #expect(try await tenant.count("messages") == Int64(1 + ids.count - unclear.count))
        for id in unclear {
            let outcome = await store.deliver(delivery(id: id, to: user)).first
            #expect(outcome.isStored, "\(String(describing: outcome))")
        }
        await store.close()
        let again = try await tenant.open()
        for id in ids { #expect(await again.deliver(delivery(id: id, to: user)) == [.duplicate]) }
        await again.close()
        #expect(try await tenant.count("messages") == 601)
        try await tenant.checkUsage()
    }
}
