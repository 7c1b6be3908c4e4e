import Glibc
import MailStore
import Runtime
import Testing

@EventLoopActor
@Suite struct MailboxTests {
    @Test("CREATE makes parents, RENAME takes children along, DELETE leaves them") func hierarchy() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        try await tenant.withStore { store async throws in
            let account = try await store.account(of: user)
            try await account.create("Work/Projects/One/")
            #expect(account.mailbox(named: "Work/Projects") != nil)
            await #expect(throws: StoreError.mailboxExists) { try await account.create("Work") }
            await #expect(throws: StoreError.mailboxExists) { try await account.create("inbox") }
            await #expect(throws: StoreError.invalidMailboxName) { try await account.create("a//b") }
            await #expect(throws: StoreError.self) { try await account.delete("INBOX") }
            await #expect(throws: StoreError.noSuchMailbox) { try await account.delete("Nowhere") }
            try await account.rename("Work", to: "Old/Work")
            #expect(account.mailbox(named: "Old/Work/Projects/One") != nil)
            #expect(account.mailbox(named: "Work/Projects") == nil)
            await #expect(throws: StoreError.self) { try await account.rename("Old", to: "Old/Deeper") }
            await #expect(throws: StoreError.mailboxExists) { try await account.rename("Old", to: "Sent") }
            try await account.delete("Old/Work")
            try await account.subscribe("Somewhere")
            try await account.unsubscribe("Junk")
        }
        try await tenant.withStore { store async throws in
            let account = try await store.account(of: user)
            #expect(account.mailboxes.map(\.name).filter { $0.hasPrefix("Old") } == ["Old", "Old/Work/Projects", "Old/Work/Projects/One"])
            #expect(account.isSubscribed("Somewhere"))
            #expect(!account.isSubscribed("Junk"))
        }
    }

    @Test("A company made anew gives other UIDVALIDITYs than before: the first is of its time") func firstUIDValidity() async throws {
        let began = UInt32(time(nil))
        for _ in 0..<2 {
            let tenant = try await TestTenant.make()
            let ann = try await tenant.user("ann"), bob = try await tenant.user("bob")
            try await tenant.withStore { store async throws in
                let numbers = try await store.account(of: ann).mailboxes.map(\.uidValidity).sorted()
                #expect(numbers == Array(numbers[0]..<numbers[0] + UInt32(numbers.count)))
                #expect((began...UInt32(time(nil)) + 2).contains(numbers[0]))
                let others = try await store.account(of: bob).mailboxes.map(\.uidValidity).sorted()
                #expect(others.first == numbers.last.map { $0 + 1 })
            }
        }
    }

    @Test("A name that is used again has another UIDVALIDITY") func uidValidity() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        try await tenant.withStore { store async throws in
            let account = try await store.account(of: user)
            let first = try await account.create("Box")
            try await account.delete("Box")
            let second = try await account.create("Box")
            #expect(second.uidValidity > first.uidValidity)
        }
    }

    @Test("RENAME of INBOX moves its messages out and leaves it empty") func renameInbox() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        try await tenant.withStore { store async throws in
            for _ in 0..<3 { _ = await store.deliver(delivery(to: user)) }
            let account = try await store.account(of: user)
            try await account.rename("inbox", to: "Kept")
            #expect(try await account.status(of: mailbox("Kept", of: account)).messages == 3)
            #expect(try await account.status(of: mailbox("INBOX", of: account)).messages == 0)
        }
    }

    @Test("STATUS is the same from memory and from the database") func status() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        let fromMemory = try await tenant.withStore { store async throws in
            for size in [100, 200, 300] { _ = await store.deliver(delivery(message(size), to: user)) }
            let (account, selection) = try await inbox(user, in: store)
            _ = try await selection.store([1, 2], .add, flags: .seen, keywords: [])
            _ = try await selection.store([2], .add, flags: .deleted, keywords: [])
            defer { selection.close() }
            return try await account.status(of: selection.mailbox)
        }
        #expect(fromMemory.messages == 3 && fromMemory.unseen == 1 && fromMemory.deleted == 1 && fromMemory.size == 600)
        try await tenant.withStore { store async throws in
            let account = try await store.account(of: user)
            #expect(try await account.status(of: mailbox("INBOX", of: account)) == fromMemory)
        }
    }

    @Test("A mailbox that was counted once stays counted: what comes in is added") func counted() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        let names = ["INBOX", "Archive"]
        let kept = try await tenant.withStore { store async throws in
            let account = try await store.account(of: user)
            _ = await store.deliver(delivery(message(100), to: user))
            for name in names { _ = try await account.status(of: mailbox(name, of: account)) }
            _ = await store.deliver(delivery(message(200), to: user))
            let (_, selection) = try await inbox(user, in: store)
            _ = try await selection.store([2], .add, flags: .seen, keywords: [])
            _ = try await selection.copy([1, 2], to: mailbox("Archive", of: account))
            selection.close()
            store.forgetMailboxes()
            _ = try await account.status(of: mailbox("INBOX", of: account))
            _ = await store.deliver(delivery(message(400), to: user))
            var counts: [MailboxStatus] = []
            for name in names { counts.append(try await account.status(of: mailbox(name, of: account))) }
            return counts
        }
        #expect(kept[0].messages == 3 && kept[0].unseen == 2 && kept[0].size == 700 && kept[0].recent == 1)
        #expect(kept[1].messages == 2 && kept[1].unseen == 1 && kept[1].size == 300 && kept[1].recent == 2)
        try await tenant.withStore { store async throws in
            let account = try await store.account(of: user)
            for (name, count) in zip(names, kept) { #expect(try await account.status(of: mailbox(name, of: account)) == count) }
        }
    }

    @Test("Copies, moves and appended messages keep their bytes and flags and get new UIDs") func copyMoveAppend() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        try await tenant.withStore { store async throws in
            let account = try await store.account(of: user)
            let inbox = try mailbox("INBOX", of: account), archive = try mailbox("Archive", of: account)
            let appended = try await account.append([
                NewMessage(bytes: message(300, "one"), flags: .seen, keywords: ["$Forwarded", "zeta"], internalDate: 86_400),
                NewMessage(bytes: message(400, "two")),
            ], to: inbox)
            #expect(appended.uids == [1, 2])
            let selection = try await account.select(inbox, readOnly: false)
            let copied = try await selection.copy([1, 2, 77], to: archive)
            #expect(copied == CopyOutcome(uidValidity: archive.uidValidity, source: [1, 2], destination: [1, 2]))
            let moved = try await selection.move([2], to: archive)
            #expect(moved.destination == [3])
            #expect(selection.takeChanges(expunges: true) == [.expunged(sequenceNumber: 2, uid: 2)])
            #expect(try await selection.copy([1], to: inbox).destination == [3])
            #expect(try await account.quota().first?.usage == QuotaUsage(bytes: 1_700, messages: 5))
            selection.close()
        }
        try await tenant.withStore { store async throws in
            let account = try await store.account(of: user)
            let selection = try await account.select(mailbox("Archive", of: account), readOnly: true)
            #expect(selection.uids == [1, 2, 3])
            #expect(selection.info(1)?.flags == .seen)
            #expect(selection.info(1)?.keywords == ["$Forwarded", "zeta"])
            #expect(selection.info(1)?.internalDate == 86_400)
            #expect(try await selection.bytes(of: 1) == message(300, "one"))
            #expect(try await selection.bytes(of: 3) == message(400, "two"))
            await #expect(throws: StoreError.self) { try await selection.store([1], .add, flags: .seen, keywords: []) }
            selection.close()
        }
    }
}
