import MailStore
import Runtime
import Testing

@EventLoopActor
@Suite struct SelectionTests {
    @Test("Two sessions see each other's changes when they take them, in their own numbers") func twoSessions() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        try await tenant.withStore { store async throws in
            for _ in 0..<4 { _ = await store.deliver(delivery(to: user)) }
            let (_, one) = try await inbox(user, in: store), (_, two) = try await inbox(user, in: store)
            var wakes = 0
            two.onChange = { wakes += 1 }
            #expect(one.recentCount == 4)
            #expect(two.recentCount == 0)
            _ = try await one.store([1, 3], .add, flags: .deleted, keywords: ["Work"])
            _ = await store.deliver(delivery(to: user))
            #expect(try await one.expunge([1, 2, 3]) == [1, 3])
            #expect(wakes == 1)
            #expect(two.uids == [1, 2, 3, 4])
            let quiet = two.takeChanges(expunges: false)
            #expect(quiet == [.exists(count: 5, recent: 1)])
            #expect(two.hasChanges)
            #expect(two.takeChanges(expunges: true) == [.expunged(sequenceNumber: 1, uid: 1), .expunged(sequenceNumber: 2, uid: 3)])
            #expect(two.uids == [2, 4, 5])
            #expect(two.sequenceNumber(of: 4) == 2)
            #expect(two.uid(atSequenceNumber: 3) == 5)
            #expect(two.uid(atSequenceNumber: 4) == nil)
            #expect(one.takeChanges(expunges: true).count == 3)
            _ = try await one.store([5], .add, flags: .seen, keywords: [], silent: true)
            #expect(one.takeChanges(expunges: true).isEmpty)
            guard case .flags(3, let info) = two.takeChanges(expunges: false).first else { Issue.record("no flags"); return }
            #expect(info.flags == .seen)
            #expect(wakes == 2)
            one.close()
            two.close()
        }
    }

    @Test("STORE replaces, adds and removes, and leaves alone what changed since") func storing() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        try await tenant.withStore { store async throws in
            for _ in 0..<2 { _ = await store.deliver(delivery(to: user)) }
            let (_, selection) = try await inbox(user, in: store)
            let before = selection.mailbox.highestModSeq
            _ = try await selection.store([1], .replace, flags: [.seen, .flagged], keywords: ["b", "A", "a"])
            #expect(selection.info(1)?.keywords == ["A", "b"])
            _ = try await selection.store([1], .remove, flags: .flagged, keywords: ["B"])
            #expect(selection.info(1)?.flags == .seen)
            #expect(selection.info(1)?.keywords == ["A"])
            #expect(selection.mailbox.highestModSeq == before + 2)
            let outcome = try await selection.store([1, 2, 9], .add, flags: .answered, keywords: [], unchangedSince: before)
            #expect(outcome == StoreOutcome(stored: [2], modified: [1], expunged: [9]))
            let unchanged = selection.mailbox.highestModSeq
            _ = try await selection.store([2], .add, flags: .answered, keywords: [])
            #expect(selection.mailbox.highestModSeq == unchanged)
            #expect(selection.firstUnseen() == 2)
            #expect(selection.keywordsInUse == ["A"])
            selection.close()
        }
        try await tenant.withStore { store async throws in
            let (_, selection) = try await inbox(user, in: store)
            var seen: [String] = []
            selection.forEach { number, info in seen.append("\(number) \(info.uid) \(info.flags.rawValue) \(info.keywords)") }
            #expect(seen == ["1 1 8 [\"A\"]", "2 2 1 []"])
            selection.close()
        }
    }

    @Test("Changes of one message at the same time all take effect") func concurrentStores() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        try await tenant.withStore { store async throws in
            _ = await store.deliver(delivery(to: user))
            let (_, selection) = try await inbox(user, in: store)
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask { _ = try? await selection.store([1], .add, flags: [], keywords: ["k\(number)"]) }
                    group.addTask { _ = await store.deliver(delivery(to: user)) }
                }
            }
            #expect(selection.info(1)?.keywords.count == 20)
            _ = selection.takeChanges(expunges: true)
            #expect(selection.uids == Array(1...21))
            selection.close()
        }
    }

    @Test("UIDNEXT is above every UID, also of messages that the database has and memory not yet") func nextUID() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        try await tenant.withStore { store async throws in
            let account = try await store.account(of: user)
            _ = await store.deliver(delivery(to: user))
            _ = try await account.status(of: mailbox("INBOX", of: account))  // its row is committed now
            // A transaction in the moment between its commit and its effect on memory.
            _ = try await tenant.server.pool.query("""
                UPDATE messages SET uid = 2, modseq = modseq + 1 WHERE tenant_id = $1
                """, [.int8(tenant.id)])
            _ = try await tenant.server.pool.query("""
                UPDATE mailboxes SET uidnext = 3, highestmodseq = highestmodseq + 1 WHERE tenant_id = $1 AND name = 'INBOX'
                """, [.int8(tenant.id)])
            let selection = try await account.select(mailbox("INBOX", of: account), readOnly: true)
            #expect(selection.uids == [2])
            #expect(selection.uidNext == 3)
            #expect(try await account.status(of: selection.mailbox).uidNext == 3)
            selection.close()
        }
    }

    @Test("Sessions of a deleted mailbox are told") func deletedMailbox() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        try await tenant.withStore { store async throws in
            let account = try await store.account(of: user)
            let selection = try await account.select(mailbox("Junk", of: account), readOnly: false)
            try await account.delete("Junk")
            #expect(selection.isGone)
            await #expect(throws: StoreError.noSuchMailbox) { try await selection.store([1], .add, flags: .seen, keywords: []) }
            await #expect(throws: StoreError.noSuchMailbox) {
                try await account.append([NewMessage(bytes: message())], to: selection.mailbox)
            }
            selection.close()
        }
    }

    @Test("A POP3 session has the maildrop alone, and removes what it marked when it ends") func maildrop() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        try await tenant.withStore { store async throws in
            for size in [100, 200, 300] { _ = await store.deliver(delivery(message(size), to: user)) }
            let maildrop = try await store.openMaildrop(of: user)
            #expect(maildrop.messages.map(\.size) == [100, 200, 300])
            await #expect(throws: StoreError.maildropLocked) { _ = try await store.openMaildrop(of: user) }
            _ = await store.deliver(delivery(to: user))
            #expect(try await maildrop.bytes(at: 1) == message(200))
            try await maildrop.commit(deleting: [0, 2, 9])
            let next = try await store.openMaildrop(of: user)
            #expect(next.messages.map(\.uid) == [2, 4])
            next.release()
        }
    }
}
