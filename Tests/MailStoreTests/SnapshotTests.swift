import FoundationEssentials
import MailStore
import Postgres
import Runtime
import Testing

@Suite("Snapshots of mailboxes") struct SnapshotTests {
    /// What a session sees of the INBOX.
    @EventLoopActor
    static func seen(_ user: Int64, in store: TenantStore) async throws -> [MessageInfo] {
        let (_, selection) = try await inbox(user, in: store, readOnly: true)
        defer { selection.close() }
        var infos: [MessageInfo] = []
        selection.forEach { infos.append($1) }
        return infos
    }

    /// A tenant whose user has a mailbox that is worth a snapshot, and the snapshot.
    static func kept() async throws -> (tenant: TestTenant, user: Int64, seen: [MessageInfo]) {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        let seen = try await tenant.withStore { store async throws in
            _ = await deliverTogether((0..<250).map { delivery(message(100 + $0), to: user) }, in: store)
            let (_, selection) = try await inbox(user, in: store)
            _ = try await selection.store([3, 7], .add, flags: [.seen, .flagged], keywords: ["blue", "$Work"])
            _ = try await selection.store([9], .add, flags: .deleted, keywords: [])
            _ = try await selection.expunge()
            selection.close()
            return try await Self.seen(user, in: store)
        }
        #expect(seen.count == 249)
        return (tenant, user, seen)
    }

    static func file(_ tenant: TestTenant) throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: tenant.snapshotFolder)
        return tenant.snapshotFolder + "/" + (try #require(names.first))
    }

    /// A change that nobody but the database knows of, so that what comes from there can be told.
    static func mark(_ tenant: TestTenant) async throws {
        _ = try await tenant.server.pool.query("UPDATE messages SET flags = 2 WHERE tenant_id = $1 AND uid = 1", [.int8(tenant.id)])
    }

    @Test("The next worker takes a mailbox from its snapshot, and what came in since from the database") func use() async throws {
        let (tenant, user, before) = try await Self.kept()
        try await Self.mark(tenant)
        // One that has no use for the mailbox's messages, and leaves the snapshot as it is.
        try await tenant.withStore { store async throws in
            _ = await deliverTogether((0..<5).map { delivery(message(1_000 + $0), to: user) }, in: store)
        }
        let after = try await tenant.withStore { store async throws in try await Self.seen(user, in: store) }
        #expect(Array(after.prefix(before.count)) == before)
        #expect(after.dropFirst(before.count).map(\.size).sorted() == [1_000, 1_001, 1_002, 1_003, 1_004])
        // Written anew with them.
        let again = try await tenant.withStore { store async throws in try await Self.seen(user, in: store) }
        #expect(again == after)
    }

    @Test("Keywords that no message has any more are forgotten, and a snapshot keeps the others") func forgottenKeywords() async throws {
        let (tenant, user, _) = try await Self.kept()
        let before = try await tenant.withStore { store async throws in
            let (_, selection) = try await inbox(user, in: store)
            _ = try await selection.store([5], .replace, flags: [], keywords: ["stays"])
            // In all more keywords than a mailbox may have at a time.
            for round in 0..<15 {
                _ = try await selection.store([1, 2], .replace, flags: [], keywords: (0..<100).map { "k\(round)-\($0)" })
            }
            _ = try await selection.store([2], .replace, flags: [], keywords: [])
            #expect(selection.keywordsInUse.count == 103)
            _ = try await selection.store([1], .replace, flags: [], keywords: [])
            #expect(selection.keywordsInUse == ["$Work", "blue", "stays"])
            selection.close()
            return try await Self.seen(user, in: store)
        }
        try await Self.mark(tenant)
        try await tenant.withStore { store async throws in
            #expect(try await Self.seen(user, in: store) == before)
            let (_, selection) = try await inbox(user, in: store)
            #expect(selection.keywordsInUse == ["$Work", "blue", "stays"])
            _ = try await selection.store([1], .add, flags: [], keywords: ["another"])
            #expect(selection.info(1)?.keywords == ["another"])
            #expect(selection.info(5)?.keywords == ["stays"])
            selection.close()
        }
    }

    @Test("Changes are made on what a snapshot gave, and are there afterwards") func changed() async throws {
        let (tenant, user, _) = try await Self.kept()
        let changed = try await tenant.withStore { store async throws in
            let (_, selection) = try await inbox(user, in: store)
            _ = try await selection.store([3], .remove, flags: .flagged, keywords: ["blue"])
            _ = try await selection.store([20], .add, flags: .deleted, keywords: ["new"])
            _ = try await selection.store([21], .add, flags: .answered, keywords: ["new"])
            _ = try await selection.expunge()
            selection.close()
            return try await Self.seen(user, in: store)
        }
        try FileManager.default.removeItem(atPath: try Self.file(tenant))
        let fromDatabase = try await tenant.withStore { store async throws in try await Self.seen(user, in: store) }
        #expect(fromDatabase == changed)
        #expect(try await tenant.withStore { store async throws in try await Self.seen(user, in: store) } == changed)
    }

    @Test("A snapshot from before a change is not used") func outdated() async throws {
        let (tenant, user, _) = try await Self.kept()
        let old = try #require(FileManager.default.contents(atPath: try Self.file(tenant)))
        for change in 0..<3 {
            let now = try await tenant.withStore { store async throws in
                let (account, selection) = try await inbox(user, in: store)
                switch change {
                case 0: _ = try await selection.store([30], .add, flags: .answered, keywords: [])
                case 1: _ = try await selection.move([31], to: mailbox("Archive", of: account))
                default: _ = try await selection.move([32], to: selection.mailbox)
                }
                selection.close()
                return try await Self.seen(user, in: store)
            }
            try old.write(to: URL(filePath: try Self.file(tenant)))
            #expect(try await tenant.withStore { store async throws in try await Self.seen(user, in: store) } == now)
        }
    }

    @Test("A snapshot that is damaged, cut or of a later lease is not used") func unusable() async throws {
        let (tenant, user, _) = try await Self.kept()
        try await Self.mark(tenant)
        let path = try Self.file(tenant)
        let whole = try #require(FileManager.default.contents(atPath: path))
        var contents = [Data(), whole.prefix(63), whole.dropLast(), whole + [0]]
        for place in [0, 9, 17, 25, 33, 41, 49, 57, 64, whole.count / 2, whole.count - 1] {
            var flipped = whole
            flipped[place] ^= 4
            contents.append(flipped)
        }
        for content in contents {
            try Data(content).write(to: URL(filePath: path))
            let infos = try await tenant.withStore { store async throws in try await Self.seen(user, in: store) }
            #expect(infos.first?.flags == .flagged, "\(content.count) octets")
        }
        // The database as it was restored from an older backup.
        try whole.write(to: URL(filePath: path))
        _ = try await tenant.server.pool.query("UPDATE leases SET epoch = -9 WHERE tenant_id = $1", [.int8(tenant.id)])
        #expect(try await tenant.withStore { store async throws in try await Self.seen(user, in: store) }.first?.flags == .flagged)
    }

    @Test("Snapshots of mailboxes that are gone are removed") func removed() async throws {
        let (tenant, user, _) = try await Self.kept()
        _ = try Self.file(tenant)
        try await tenant.delete(user: user)
        try await tenant.withStore { _ async throws in }
        #expect(try FileManager.default.contentsOfDirectory(atPath: tenant.snapshotFolder) == [])
    }
}
