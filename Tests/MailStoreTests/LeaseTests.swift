import MailStore
import Postgres
import Runtime
import TestSupport
import Testing

@EventLoopActor
@Suite struct LeaseTests {
    @Test("A store whose lease was taken changes nothing more, and says so once") func lostLease() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        let store = try await tenant.open()
        var losses = 0
        store.onLeaseLost = { losses += 1 }
        _ = await store.deliver(delivery(to: user))
        let (account, selection) = try await inbox(user, in: store)
        try await tenant.takeLeaseAway()
        await #expect(throws: StoreError.leaseLost) { try await selection.store([1], .add, flags: .seen, keywords: []) }
        await #expect(throws: StoreError.leaseLost) { try await account.create("New") }
        guard case .unavailable = await store.deliver(delivery(to: user)).first else { Issue.record("delivered without a lease"); return }
        #expect(losses == 1)
        await store.close()
        try await tenant.checkUsage()
        #expect(try await tenant.count("messages") == 1)
    }

    @Test("What was answered for before the loss of the lease was noticed is entered by the next store")
    func deliveredWithoutLease() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        let old = try await tenant.open()
        _ = await old.deliver(delivery(to: user))
        let (_, before) = try await inbox(user, in: old)
        try await tenant.takeLeaseAway()
        let outcomes = await deliverTogether((0..<50).map { _ in delivery(to: user) }, in: old)
        await old.close()
        before.close()
        try await tenant.withStore { store async throws in
            let (_, selection) = try await inbox(user, in: store)
            #expect(selection.count == 1 + outcomes.filter(\.isStored).count)
            selection.close()
        }
    }

    @Test("A store is opened only after the one before has let go of the blobs") func oneHolder() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        let old = try await tenant.open()
        async let opening = tenant.open()
        let outcomes = await deliverTogether((0..<200).map { _ in delivery(to: user) }, in: old)
        #expect(outcomes.filter(\.isStored).count == 200)
        await old.close()
        let new = try await opening
        #expect(await new.deliver(delivery(to: user)).first.isStored)
        await new.close()
        #expect(try await tenant.count("messages") == 201)
        try await tenant.checkUsage()
    }

    @Test("A tenant's role cannot open another tenant's store") func foreignRole() async throws {
        let one = try await TestTenant.make(), other = try await TestTenant.make()
        let configuration = one.server.cluster.configuration(database: one.server.database, user: "casella_t\(one.id)")
        await #expect(throws: StoreError.self) {
            _ = try await TenantStore.open(tenant: other.id, database: configuration, blobDirectory: one.directory,
                snapshotFolder: one.directory + "/snapshots")
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
        // What was not answered as stored may be tried again without being stored twice.
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
