import Foundation
import MailStore
import Postgres
import Runtime
import TestSupport
import Testing

/// The answer to a commit of packing is lost, and the worker lives on.
@Suite("Compaction that is cut off from the database", .serialized) @EventLoopActor struct CompactionCutOffTests {
    /// Of their own: how it commits is changed.
    private static let server = Task { try await TestTenant.Server.start(on: TemporaryPostgres.start()) }

    private static let left = leftOfSparse + Array(201..<240)

    /// A mailbox of which a snapshot is worth keeping, in a segment that is worth packing.
    private func mailboxToPack(_ user: Int64, in store: TenantStore) async throws -> (Account, Selection) {
        let (account, selection) = try await sparse(user, in: store)
        try await deliver(201..<240, to: user, in: store)
        _ = selection.takeChanges(expunges: true)
        return (account, selection)
    }

    private func snapshots(_ tenant: TestTenant) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: tenant.snapshotFolder)) ?? []
    }

    private func rows(_ tenant: TestTenant, in segment: Int64) async throws -> Int64 {
        try await tenant.server.number(
            "SELECT count(*) FROM messages WHERE tenant_id = $1 AND blob_segment = $2", [.int8(tenant.id), .int8(segment)])
    }

    @Test("A worker that does not hear of its commit finds out, and packs to the end", arguments: [true, false])
    func foundOut(tookPlace: Bool) async throws {
        let server = try await Self.server.value
        let tenant = try await TestTenant.make(on: server)
        let ann = try await tenant.user("ann")
        try await tenant.withStore { store in
            let (_, selection) = try await mailboxToPack(ann, in: store)
            let packing = try await tookPlace ? unansweredPacking(in: store, tenant) : cutPacking(in: store, tenant)
            if tookPlace {
                try await server.cutUnanswered(of: tenant.role)
                #expect(try await rows(tenant, in: -1) == Int64(Self.left.count))
                try await server.giveAnswers()
            }
            let outcome = try await packing.value
            #expect(outcome.freed > 350_000 && outcome.packed > 100_000)
            #expect(try segments(tenant) == ["0000000001.packed"])
            #expect(try await rows(tenant, in: -1) == Int64(Self.left.count))
            try await check(selection, Self.left)
            #expect(try await store.compact(at: 0, grace: .zero) == CompactionOutcome())
            try await check(selection, Self.left)
        }
        // Memory was right: it is left to the next worker.
        #expect(snapshots(tenant).count == 1)
        try await tenant.withStore { store in
            try await check(try await inbox(ann, in: store).1, Self.left)
            #expect(try await store.compact(at: 0, grace: .zero) == CompactionOutcome())
        }
    }

    /// Compaction whose rows are committed, and that waits for the answer.
    private func unansweredPacking(in store: TenantStore, _ tenant: TestTenant) async throws -> Task<CompactionOutcome, any Error> {
        let packing = try await tenant.withoutCommits {
            let packing = Task { try await store.compact(at: 0, grace: .zero) }
            try await tenant.waitForBlockedTransaction()
            // It is the one that has rows refer to what is packed.
            #expect(try segments(tenant) == ["0000000001.packed", "0000000001.segment"])
            try await tenant.server.withholdAnswers()
            return packing
        }
        try await tenant.server.waitFor("wait_event = 'SyncRep'", of: tenant.role)
        return packing
    }

    /// The same, ended before it commits.
    private func cutPacking(in store: TenantStore, _ tenant: TestTenant) async throws -> Task<CompactionOutcome, any Error> {
        try await tenant.withoutCommits {
            let packing = Task { try await store.compact(at: 0, grace: .zero) }
            try await tenant.waitForBlockedTransaction()
            #expect(try segments(tenant) == ["0000000001.packed", "0000000001.segment"])
            try await tenant.server.cut("wait_event_type = 'Lock'", of: tenant.role)
            return packing
        }
    }

    /// Fails each transaction that waits for a lock, until who tries gives up.
    private func failing(_ packing: Task<CompactionOutcome, any Error>, _ tenant: TestTenant) async throws {
        let killer = Task {
            while !Task.isCancelled {
                try? await tenant.server.waitFor("wait_event_type = 'Lock'", of: tenant.role)
                try? await tenant.server.cut("wait_event_type = 'Lock'", of: tenant.role)
            }
        }
        await #expect(throws: StoreError.self) { try await packing.value }
        killer.cancel()
        await killer.value
    }

    @Test("A worker that gave up serves every message and removes nothing; its next look finds out", arguments: [true, false])
    func gaveUp(tookPlace: Bool) async throws {
        let server = try await Self.server.value
        let tenant = try await TestTenant.make(on: server)
        let ann = try await tenant.user("ann")
        let store = try await tenant.open()
        let (account, selection) = try await mailboxToPack(ann, in: store)
        let begun = try await tookPlace ? unansweredPacking(in: store, tenant) : nil
        let cutting = Task {
            guard tookPlace else { return }
            try await server.waitFor("wait_event_type = 'Lock'", of: server.cluster.superuser)
            try await server.cutUnanswered(of: tenant.role)
            try await server.giveAnswers()
        }
        // Behind a commit that is under way.
        try await server.holding("LOCK TABLE messages IN SHARE MODE", []) {
            try await cutting.value
            try await failing(begun ?? Task { try await store.compact(at: 0, grace: .zero) }, tenant)
        }
        let both = ["0000000001.packed", "0000000001.segment"]
        #expect(try segments(tenant) == both)
        #expect(try await rows(tenant, in: tookPlace ? -1 : 1) == Int64(Self.left.count))
        // What is copied and moved has the place that its row has, which memory does not know.
        let archive = try mailbox("Archive", of: account)
        let copies = try await account.select(archive, readOnly: true)
        _ = try await selection.copy(Array(selection.uids.prefix(3)), to: archive)
        _ = try await selection.move([selection.uids[5]], to: archive)
        _ = selection.takeChanges(expunges: true)
        _ = copies.takeChanges(expunges: true)
        let left = Self.left.filter { $0 != 50 }
        try await check(selection, left)
        try await check(copies, [0, 10, 20, 50])
        let outcome = try await store.compact(at: 0, grace: .zero)
        #expect(outcome.freed > 350_000 && (outcome.packed == 0) == tookPlace)
        #expect(try segments(tenant) == [tookPlace ? "0000000001.packed" : "0000000002.packed"])
        try await check(selection, left)
        try await check(copies, [0, 10, 20, 50])
        #expect(try await store.compact(at: 0, grace: .zero) == CompactionOutcome())
        await store.close()
        try await tenant.checkUsage()
        #expect(snapshots(tenant).count == 1)
        try await tenant.withStore { store in
            let (account, selection) = try await inbox(ann, in: store)
            try await check(selection, left)
            try await check(try await account.select(try mailbox("Archive", of: account), readOnly: true), [0, 10, 20, 50])
        }
    }

    @Test("What is in doubt leaves no snapshot behind") func inDoubt() async throws {
        let server = try await Self.server.value
        let tenant = try await TestTenant.make(on: server)
        let ann = try await tenant.user("ann")
        let store = try await tenant.open()
        let (_, selection) = try await mailboxToPack(ann, in: store)
        try await server.holding("LOCK TABLE messages IN SHARE MODE", []) {
            try await failing(Task { try await store.compact(at: 0, grace: .zero) }, tenant)
        }
        try await check(selection, Self.left)
        await store.close()
        #expect(snapshots(tenant).isEmpty)
        try await tenant.withStore { store in
            let (_, selection) = try await inbox(ann, in: store)
            _ = try await store.compact(at: 0, grace: .zero)
            #expect(try segments(tenant) == ["0000000002.packed"])
            try await check(selection, Self.left)
        }
    }
}
