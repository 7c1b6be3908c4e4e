import Foundation
import MailStore
import Postgres
import Runtime
import Testing

/// Blob segments are packed and removed; nobody's mail changes.
@Suite("Compaction", .serialized) @EventLoopActor struct CompactionTests {
    @Test("Space comes back; sessions, flags, change numbers, and the next worker see what they saw") func packed() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), bob = try await tenant.user("bob")
        let before = try await tenant.withStore { store in
            let (account, selection) = try await sparse(ann, in: store)
            _ = try await selection.store([selection.uids[3]], .add, flags: .flagged, keywords: ["blue"])
            let shared = try mailbox("Archive", of: try await store.account(of: bob))
            _ = try await selection.copy(Array(selection.uids.prefix(2)), to: shared)
            let modSeq = selection.mailbox.highestModSeq
            let foreseen = try await store.compact(at: 0, grace: .zero, isTrial: true)
            #expect(try segments(tenant) == ["0000000001.segment"])
            let outcome = try await store.compact(at: 0, grace: .zero)
            #expect(outcome == foreseen)
            #expect(outcome.freed > 350_000 && outcome.packed > 30_000 && outcome.packed < 44_000)
            #expect(try segments(tenant) == ["0000000001.packed"])
            #expect(selection.mailbox.highestModSeq == modSeq)
            #expect(selection.takeChanges(expunges: true).allSatisfy { if case .flags = $0 { true } else { false } })
            try await check(selection, leftOfSparse)
            let maildrop = try await store.openMaildrop(of: ann)
            #expect(try await maildrop.bytes(at: 1) == noise(10))
            maildrop.release()
            try await check(try await store.account(of: bob).select(shared, readOnly: true), [0, 10])
            // Copies of what was packed.
            _ = try await selection.copy(Array(selection.uids.suffix(3)), to: try mailbox("Sent", of: account))
            try await check(try await account.select(try mailbox("Sent", of: account), readOnly: true), [170, 180, 190])
            // What nobody has any more goes with the next look, also where it was packed.
            _ = try await store.compact(at: 0, grace: .zero)
            return (modSeq, selection.info(selection.uids[3]))
        }
        try await tenant.withStore { store in
            let (_, selection) = try await inbox(ann, in: store)
            try await check(selection, leftOfSparse)
            #expect(selection.mailbox.highestModSeq == before.0)
            #expect(selection.info(selection.uids[3]) == before.1)
        }
        #expect(try await tenant.count("messages") == 25)
    }

    @Test("A snapshot from before leads nobody astray") func snapshots() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann")
        try await tenant.withStore { store in
            let (_, selection) = try await sparse(ann, in: store)
            // Enough for a snapshot.
            try await deliver(201..<240, to: ann, in: store)
            _ = selection.takeChanges(expunges: true)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: tenant.snapshotFolder).count == 1)
        // One worker packs without having read the mailbox, the next one with the snapshot in memory.
        let outcome = try await tenant.withStore { store async throws in try await store.compact(at: 0, grace: .zero) }
        #expect(outcome.freed > 350_000)
        #expect(try FileManager.default.contentsOfDirectory(atPath: tenant.snapshotFolder) == [])
        let left = leftOfSparse + Array(201..<240)
        try await tenant.withStore { store in
            let (_, selection) = try await inbox(ann, in: store)
            try await check(selection, left)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: tenant.snapshotFolder).count == 1)
        try await tenant.withStore { store in
            let (_, selection) = try await inbox(ann, in: store)
            try await check(selection, left)
        }
    }

    @Test("Segments without any wanted message are removed; the log goes on behind them") func unused() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann")
        try await tenant.withStore { store in
            let (_, selection) = try await sparse(ann, in: store)
            _ = try await selection.store(selection.uids, .add, flags: .deleted, keywords: [])
            _ = try await selection.expunge()
            #expect(try await store.compact(at: 0, grace: .zero).packed == 0)
            #expect(try segments(tenant) == [])
            try await deliver(250..<251, to: ann, in: store)
            #expect(try segments(tenant) == ["0000000002.segment"])
            // Little that is unwanted is left alone, and the newest segment with it.
            _ = try await store.compact(at: 0, grace: .zero)
            #expect(try segments(tenant) == ["0000000002.segment"])
        }
        // What was answered for, and has no rows, is entered by the next worker as ever.
        let store = try await tenant.open()
        _ = try await store.account(of: ann)
        _ = try await store.quota(of: ann)
        try await tenant.withoutCommits {
            #expect(await store.deliver(delivery(noise(300), to: ann)).first.isStored)
            await tenant.closeByForce(store)
        }
        try await tenant.withStore { store in
            _ = try await store.compact(at: 0, grace: .zero)
            let (_, selection) = try await inbox(ann, in: store)
            try await check(selection, [250, 300])
        }
    }

    @Test("What a legal hold keeps is packed too") func held() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann")
        try await tenant.withStore { store in
            let (_, selection) = try await sparse(ann, in: store)
            _ = try await tenant.server.pool.query(
                "INSERT INTO holds (tenant_id, domain_id, user_id, reason, set_by) VALUES ($1, NULL, $2, 'lawsuit', 'root')",
                [.int8(tenant.id), .int8(ann)])
            _ = try await selection.store([selection.uids[4]], .add, flags: .deleted, keywords: [])
            _ = try await selection.expunge()
            _ = selection.takeChanges(expunges: true)
            #expect(try await store.compact(at: 0, grace: .zero).freed > 350_000)
            #expect(try segments(tenant) == ["0000000001.packed", "0000000002.packed"])
            let packed = try await tenant.server.number(
                "SELECT count(*) FROM held_messages WHERE tenant_id = $1 AND blob_segment = -2", [.int8(tenant.id)])
            #expect(packed == 1)
            try await check(selection, leftOfSparse.filter { $0 != 40 })
        }
    }

    @Test("A damaged message keeps its segment, and costs no other one") func damaged() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann")
        try await tenant.withStore { store in
            let (_, selection) = try await sparse(ann, in: store)
            let place = try await tenant.server.number(
                "SELECT blob_offset FROM messages WHERE tenant_id = $1 AND uid = $2", [.int8(tenant.id), .int8(Int64(selection.uids[5]))])
            let file = try #require(FileHandle(forUpdatingAtPath: tenant.directory + "/0000000001.segment"))
            try file.seek(toOffset: UInt64(place) + 500)
            try file.write(contentsOf: [0xff])
            try file.close()
            #expect(try await store.compact(at: 0, grace: .zero).freed == 0)
            #expect(try segments(tenant) == ["0000000001.packed", "0000000001.segment"])
            for (number, uid) in selection.uids.enumerated() {
                if number == 5 {
                    await #expect(throws: StoreError.self) { try await selection.bytes(of: uid) }
                } else {
                    #expect(try await selection.bytes(of: uid) == noise(leftOfSparse[number]))
                }
            }
        }
    }

    @Test("A worker that lost its lease removes nothing, and leaves nothing behind for long") func fenced() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann")
        let store = try await tenant.open()
        _ = try await sparse(ann, in: store)
        try await tenant.takeLeaseAway()
        await #expect(throws: StoreError.leaseLost) { try await store.compact(at: 0, grace: .zero) }
        #expect(try segments(tenant) == ["0000000001.packed", "0000000001.segment"])
        await store.close()
        try await tenant.withStore { store in
            let (_, selection) = try await inbox(ann, in: store)
            try await check(selection, leftOfSparse)
            _ = try await store.compact(at: 0, grace: .zero)
            #expect(try segments(tenant) == ["0000000002.packed"])
            try await check(selection, leftOfSparse)
        }
    }

    @Test("A worker that does not know what became of its rows leaves no snapshot, and removes nothing") func unsure() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann")
        let store = try await tenant.open()
        let (_, selection) = try await sparse(ann, in: store)
        try await deliver(201..<240, to: ann, in: store)
        _ = selection.takeChanges(expunges: true)
        try await tenant.withoutCommits {
            let packing = Task { try await store.compact(at: 0, grace: .zero) }
            try await tenant.waitForBlockedTransaction()
            await tenant.closeByForce(store)
            await #expect(throws: StoreError.self) { try await packing.value }
        }
        #expect(((try? FileManager.default.contentsOfDirectory(atPath: tenant.snapshotFolder)) ?? []).isEmpty)
        #expect(try segments(tenant) == ["0000000001.packed", "0000000001.segment"])
        try await tenant.withStore { store in
            let (_, selection) = try await inbox(ann, in: store)
            try await check(selection, leftOfSparse + Array(201..<240))
        }
    }

    @Test("A day goes by between two looks, whatever the clock does") func due() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann")
        try await tenant.withStore { store in
            try await deliver(0..<1, to: ann, in: store)
            #expect(await store.isCompactionDue(at: 1_000_000))
            _ = try await store.compact(at: 1_000_000, grace: .zero)
            #expect(await !store.isCompactionDue(at: 1_086_400))
            #expect(await store.isCompactionDue(at: 1_086_401))
            #expect(await store.isCompactionDue(at: 999_999))
        }
    }
}
