import FoundationEssentials
import MailStore
import Postgres
import Runtime
import Testing

@Suite("What the heads of snapshots tell") @EventLoopActor struct SnapshotHeadTests {
    /// A tenant whose user's mailbox has a snapshot, perhaps with its last octet flipped; and what a session is to be told of the mailbox.
    private static func kept(isDamaged: Bool) async throws -> (tenant: TestTenant, user: Int64, seen: [MessageInfo], told: MailboxSummary) {
        let (tenant, user, seen) = try await SnapshotTests.kept()
        let told = try await tenant.withStore { store async throws in
            let (_, selection) = try await inbox(user, in: store)
            defer { selection.close() }
            _ = try await selection.store([1, 2], .add, flags: .seen, keywords: [])
            return selection.summary
        }
        #expect([told.count, told.firstUnseen, Int(told.uidNext), told.recentCount] == [249, 4, 251, 0])
        #expect(told.keywords == ["$Work", "blue"])
        if isDamaged { try damage(tenant) }
        return (tenant, user, seen, told)
    }

    private static func damage(_ tenant: TestTenant) throws {
        let path = try SnapshotTests.file(tenant)
        var octets = try #require(FileManager.default.contents(atPath: path))
        octets[octets.count - 1] ^= 1
        try octets.write(to: URL(filePath: path))
    }

    private struct Foretold {
        let summary: MailboxSummary
        let selection: Task<Result<Selection, StoreError>, Never>
    }

    /// Nil when the session has to wait for the messages. Where it is to be told, they are held back: with the few of a test it may find
    /// them in memory else.
    private static func opened(_ user: Int64, in store: TenantStore, readOnly: Bool = false) async throws -> Foretold? {
        let account = try await store.account(of: user)
        switch try await account.open(try mailbox("INBOX", of: account), readOnly: readOnly) {
        case .ready(let selection):
            selection.close()
            return nil
        case .foretold(let summary, let selection): return Foretold(summary: summary, selection: selection)
        }
    }

    @Test("What is told ahead of the messages is what they say") func told() async throws {
        let (tenant, user, seen, told) = try await Self.kept(isDamaged: false)
        try await tenant.withStore { store async throws in
            if let opening = try await Self.opened(user, in: store) {
                #expect(opening.summary == told)
                let selection = try await opening.selection.value.get()
                #expect(selection.summary == told && selection.uids == seen.map(\.uid))
                #expect(selection.takeChanges(expunges: true) == [])
                selection.close()
            }
        }
    }

    @Test("Sessions are told while the rows are read since the rest is damaged; mail that comes meanwhile changes what they were told")
    func early() async throws {
        let (tenant, user, _, told) = try await Self.kept(isDamaged: true)
        try await SnapshotTests.mark(tenant)
        try await tenant.withStore { store async throws in
            var openings: [Foretold] = []
            try await tenant.withoutMessageRows {
                for readOnly in [false, true] {
                    openings.append(try #require(try await Self.opened(user, in: store, readOnly: readOnly)))
                }
                #expect(await store.deliver(delivery(message(5_000), to: user)).first.isStored)
            }
            for (opening, recent) in zip(openings, [1, 0]) {
                #expect(opening.summary == told)
                let selection = try await opening.selection.value.get()
                #expect([selection.count, selection.recentCount, Int(selection.uidNext)] == [249, 0, 251])
                #expect(selection.takeChanges(expunges: true) == [.exists(count: 250, recent: recent)])
                #expect(selection.info(251)?.size == 5_000)
                #expect(selection.info(1)?.flags == .flagged)  // as its row says
                selection.close()
            }
        }
    }

    @Test("What another session does at once changes the numbers of none that was told") func expunged() async throws {
        let (tenant, user, _, told) = try await Self.kept(isDamaged: true)
        try await tenant.withStore { store async throws in
            var held: Foretold?
            try await tenant.withoutMessageRows { held = try await Self.opened(user, in: store) }
            let opening = try #require(held)
            #expect(opening.summary == told)
            let (_, other) = try await inbox(user, in: store)
            _ = try await other.store([1, 20], .add, flags: .deleted, keywords: [])
            #expect(try await other.expunge() == [1, 20])
            let selection = try await opening.selection.value.get()
            #expect(selection.count == 249 && selection.sequenceNumber(of: 20) == 19)
            #expect(
                selection.takeChanges(expunges: true) == [
                    .expunged(sequenceNumber: 1, uid: 1), .expunged(sequenceNumber: 18, uid: 20),
                ])
            selection.close()
            other.close()
            // In memory, and told from there.
            #expect(try await Self.opened(user, in: store) == nil)
        }
    }

    @Test("Where rows are missing that the session was told of, it gets no selection") func missing() async throws {
        let (tenant, user, _, _) = try await Self.kept(isDamaged: true)
        let store = try await tenant.open()
        _ = try await tenant.server.pool.query("DELETE FROM messages WHERE tenant_id = $1 AND uid = 30", [.int8(tenant.id)])
        var held: Foretold?
        try await tenant.withoutMessageRows { held = try await Self.opened(user, in: store) }
        let opening = try #require(held)
        await #expect(throws: StoreError.self) { try await opening.selection.value.get() }
        #expect(try await Self.opened(user, in: store) == nil)
        await store.close()
    }

    @Test("A damaged head tells nothing, nor one behind which mail came, nor one of recent messages") func silent() async throws {
        let (tenant, user, _, _) = try await Self.kept(isDamaged: false)
        let path = try SnapshotTests.file(tenant)
        let whole = try #require(FileManager.default.contents(atPath: path))
        // Numbers, then the keywords.
        for place in Array(stride(from: 3, to: 104, by: 8)) + [105, 110] {
            var flipped = whole
            flipped[place] ^= 16
            try flipped.write(to: URL(filePath: path))
            let opening = try await tenant.withStore { store async throws in try await Self.opened(user, in: store) }
            #expect(opening == nil, "flipped at \(place)")
            try whole.write(to: URL(filePath: path))
        }
        try await tenant.withStore { store async throws in _ = await deliverTogether([delivery(to: user)], in: store) }
        // The second time with the new message in it, which is recent until a session has it that is not for reading only.
        for (readOnly, isTold) in [(true, false), (true, false), (false, false), (false, true)] {
            if isTold { try Self.damage(tenant) }
            try await tenant.withStore { store async throws in
                var opening: Foretold?
                if isTold {
                    try await tenant.withoutMessageRows { opening = try await Self.opened(user, in: store) }
                } else {
                    opening = try await Self.opened(user, in: store, readOnly: readOnly)
                }
                #expect((opening?.summary.count == 250) == isTold)
                try await opening?.selection.value.get().close()
            }
        }
    }

    @Test("STATUS counts from the head, and mail that comes adds to it") func status() async throws {
        let (tenant, user, seen, _) = try await Self.kept(isDamaged: true)
        try await tenant.withStore { store async throws in
            let account = try await store.account(of: user)
            let box = try mailbox("INBOX", of: account)
            try await tenant.withoutMessageRows {
                let status = try await account.status(of: box)
                #expect([status.messages, status.unseen, status.deleted, status.recent] == [249, 245, 0, 0])
                #expect(status.size == seen.reduce(0) { $0 + $1.size } && status.uidNext == 251)
                #expect(await store.deliver(delivery(message(5_000), to: user)).first.isStored)
                let later = try await account.status(of: box)
                #expect([later.messages, later.unseen, later.recent] == [250, 246, 1] && later.size == status.size + 5_000)
            }
            let (_, selection) = try await inbox(user, in: store, readOnly: true)
            defer { selection.close() }
            #expect(try await account.status(of: box).messages == 250)
        }
        // Behind a message that came in, the rows are counted.
        _ = try await tenant.server.pool.query("UPDATE messages SET flags = 4 WHERE tenant_id = $1 AND uid = 8", [.int8(tenant.id)])
        try await tenant.withStore { store async throws in
            #expect(await store.deliver(delivery(to: user)).first.isStored)
            let account = try await store.account(of: user)
            #expect(try await account.status(of: try mailbox("INBOX", of: account)).deleted == 1)
        }
    }
}
