import MailStore
import Postgres
import Runtime
import TestSupport
import Testing

/// Blob segments are packed and removed while mail comes, goes and is copied.
@Suite("Compaction amidst everything", .serialized) @EventLoopActor struct CompactionAmidstTests {
    @Test("While everything else goes on, every message keeps every octet", arguments: [1, 2, 3]) func amidst(seed: UInt64) async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann")
        var random = SeededNumbers(state: seed)
        var seeds: [UID: Int] = [:], archived: [UID: Int] = [:]
        let store = try await tenant.open()
        let (account, selection) = try await inbox(ann, in: store)
        let archive = try mailbox("Archive", of: account)
        var freed: Int64 = 0
        for round in 0..<6 {
            let first = round * 100
            async let packing = store.compact(at: 0, grace: .zero)
            for seed in first..<(first + 100) {
                guard case .stored(_, let uid)? = await store.deliver(delivery(noise(seed, 3_000), to: ann)).first else {
                    Issue.record("not stored"); continue
                }
                seeds[uid] = seed
                guard seed % 7 == 0 else { continue }
                _ = selection.takeChanges(expunges: true)
                let some = selection.uids.shuffled(using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0:
                    let outcome = try await selection.copy(Array(some.prefix(3)), to: archive)
                    for (from, to) in zip(outcome.source, outcome.destination) { archived[to] = seeds[from] }
                case 1:
                    let outcome = try await selection.move(Array(some.prefix(3)), to: archive)
                    for (from, to) in zip(outcome.source, outcome.destination) { archived[to] = seeds.removeValue(forKey: from) }
                default:
                    let gone = Array(some.prefix(some.count / 2))
                    _ = try await selection.store(gone, .add, flags: .deleted, keywords: [])
                    _ = try await selection.expunge()
                    for uid in gone { seeds[uid] = nil }
                }
                if let uid = selection.uids.randomElement(using: &random), let known = seeds[uid] {
                    #expect(try await selection.bytes(of: uid) == noise(known, 3_000))
                }
            }
            freed += try await packing.freed
        }
        #expect(freed > 0)
        selection.close()
        await store.close()
        try await tenant.checkUsage()
        try await tenant.withStore { store in
            _ = try await store.compact(at: 0, grace: .zero)
            for (name, expected) in [("INBOX", seeds), ("Archive", archived)] {
                let account = try await store.account(of: ann)
                let selection = try await account.select(try mailbox(name, of: account), readOnly: true)
                #expect(Set(selection.uids) == Set(expected.keys))
                for uid in selection.uids {
                    #expect(try await selection.bytes(of: uid) == expected[uid].map { noise($0, 3_000) })
                }
            }
        }
    }

    @Test("What is held can be copied while its octets are moved") func heldAmidst() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), bob = try await tenant.user("bob"), desk = try await tenant.user("desk")
        _ = try await tenant.server.pool.query(
            "INSERT INTO holds (tenant_id, domain_id, user_id, reason, set_by) VALUES ($1, NULL, $2, 'lawsuit', 'root')",
            [.int8(tenant.id), .int8(ann)])
        try await tenant.withStore { store in
            var freed: Int64 = 0
            for round in 0..<5 {
                // Held is a third of what comes in, and nothing else is left.
                for (user, count) in [(ann, 30), (bob, 60)] {
                    try await deliver((round * 100)..<(round * 100 + count), to: user, in: store)
                    let (_, selection) = try await inbox(user, in: store)
                    _ = try await selection.store(selection.uids, .add, flags: .deleted, keywords: [])
                    _ = try await selection.expunge()
                    selection.close()
                }
                async let packing = store.compact(at: 0, grace: .zero)
                let copying = HeldCopying(sources: [.init(user: ann, folder: "case \(round)")], target: desk)
                let outcome = try await store.copyHeld(copying)
                let bytes = (0...round).flatMap { round in (0..<30).map { Int64(noise(round * 100 + $0).count) } }
                #expect(outcome == .copied([QuotaUsage(bytes: bytes.reduce(0, +), messages: Int64(bytes.count))]))
                freed += try await packing.freed
            }
            #expect(freed > 0)
            _ = try await store.compact(at: 0, grace: .zero)
            let account = try await store.account(of: desk)
            for round in 0..<5 {
                let selection = try await account.select(try mailbox("case \(round)", of: account), readOnly: true)
                var expected = Set((0...round).flatMap { round in (0..<30).map { noise(round * 100 + $0) } })
                #expect(selection.count == expected.count)
                for uid in selection.uids { #expect(expected.remove(try #require(try await selection.bytes(of: uid))) != nil) }
            }
        }
    }
}
