import MIME
import MailStore
import Runtime
import Testing

@EventLoopActor
@Suite struct ReadingTests {
    @Test("Structures come for messages together and far apart, not for those that are gone") func structures() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        try await tenant.withStore { store async throws in
            for number in 1...30 { _ = await store.deliver(delivery(Array("Subject: \(number)\r\n\r\nHi\r\n".utf8), to: user)) }
            let (_, selection) = try await inbox(user, in: store)
            _ = try await selection.store([3, 30], .add, flags: .deleted, keywords: [])
            _ = try await selection.expunge()
            for wanted: [UID] in [Array(1...30), [2, 29], [29, 3, 2], [3], [99, 3], []] {
                let structures = try await selection.structures(of: wanted)
                #expect(structures.keys.sorted() == wanted.filter { $0 < 30 && $0 != 3 }.sorted())
                for (uid, structure) in structures {
                    #expect(CachedStructure(decoding: structure)?.envelope.subject == Array("\(uid)".utf8))
                }
            }
            selection.close()
        }
    }

    @Test("Several messages are read with one call, each with its outcome") func severalMessages() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        try await tenant.withStore { store async throws in
            for size in [600, 700, 800] { _ = await store.deliver(delivery(message(size), to: user)) }
            let (_, selection) = try await inbox(user, in: store)
            _ = try await selection.store([2], .add, flags: .deleted, keywords: [])
            _ = try await selection.expunge()
            let read = await selection.bytes(ofEach: [3, 2, 1])
            #expect(try read[1]?.get() == message(600))
            #expect(try read[3]?.get() == message(800))
            #expect(read.count == 3)
            #expect(try read[2]?.get() == nil)
            selection.close()
        }
    }

    @Test("A maildrop is read in order, backwards, and around what was expunged meanwhile") func maildrop() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        try await tenant.withStore { store async throws in
            for number in 0..<40 { _ = await store.deliver(delivery(message(600 + number), to: user)) }
            let maildrop = try await store.openMaildrop(of: user)
            let (_, selection) = try await inbox(user, in: store)
            #expect(try await maildrop.bytes(at: 0) == message(600))
            _ = try await selection.store([5, 30], .add, flags: .deleted, keywords: [])
            _ = try await selection.expunge()
            for index in 1..<40 {
                #expect(try await maildrop.bytes(at: index) == (index == 4 || index == 29 ? nil : message(600 + index)))
            }
            #expect(try await maildrop.bytes(at: 7) == message(607))
            #expect(try await maildrop.bytes(at: 6) == message(606))
            #expect(try await maildrop.bytes(at: 40) == nil)
            maildrop.release()
            selection.close()
        }
    }

    @Test("Recent messages are counted as sessions and expunges come and go, also by a read-only session") func recent() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        try await tenant.withStore { store async throws in
            let (account, first) = try await inbox(user, in: store)
            let reader = try await account.select(first.mailbox, readOnly: true)
            for number in 1...6 {
                _ = await store.deliver(delivery(to: user))
                #expect(reader.takeChanges(expunges: true) == [.exists(count: number, recent: number)])
                if number.isMultiple(of: 2) { #expect(first.takeChanges(expunges: true) == [.exists(count: number, recent: number)]) }
            }
            _ = try await first.store([2, 6], .add, flags: .deleted, keywords: [])
            _ = try await first.expunge()
            _ = first.takeChanges(expunges: true)
            #expect(first.recentCount == 4)
            let late = try await account.select(first.mailbox, readOnly: false)
            #expect(late.recentCount == 0)
            _ = await store.deliver(delivery(to: user))
            #expect(late.takeChanges(expunges: true) == [.exists(count: 5, recent: 1)])
            #expect(first.takeChanges(expunges: true) == [.exists(count: 5, recent: 4)])
            for selection in [first, reader, late] { selection.close() }
        }
    }

    @Test("Keywords are in use as long as a message has them, and come back with the mailbox") func keywords() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        try await tenant.withStore { store async throws in
            for _ in 0..<5 { _ = await store.deliver(delivery(to: user)) }
            let (_, selection) = try await inbox(user, in: store)
            _ = try await selection.store([1, 2], .add, flags: [], keywords: ["a"])
            _ = try await selection.store([2, 4], .add, flags: [], keywords: ["b"])
            #expect(selection.keywordsInUse == ["a", "b"])
            _ = try await selection.store([2, 4], .remove, flags: [], keywords: ["b"])
            #expect(selection.keywordsInUse == ["a"])
            _ = try await selection.store([1], .add, flags: .deleted, keywords: ["c"])
            _ = try await selection.expunge()
            #expect(selection.keywordsInUse == ["a"])
            _ = try await selection.store([4], .replace, flags: [], keywords: ["z", "y"])
            selection.close()
        }
        try await tenant.withStore { store async throws in
            let (_, selection) = try await inbox(user, in: store)
            #expect(selection.keywordsInUse == ["a", "y", "z"])
            var seen: [String] = []
            selection.forEach { _, info in seen.append("\(info.uid)\(info.keywords.joined())") }
            #expect(seen == ["2a", "3", "4yz", "5"])
            selection.close()
        }
    }

    @Test("What is derived from messages stays under its budget, and goes when unused") func derived() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        try await tenant.withStore { store async throws in
            let (_, selection) = try await inbox(user, in: store)
            let mailbox = selection.mailbox
            let derived = DerivedBytes(budget: 64 * 1024, lifetime: .milliseconds(50))
            for uid: UID in 1...1000 {
                derived.keep([UInt8](repeating: 1, count: 200), as: .envelope, of: uid, in: mailbox)
                #expect(derived.bytes(.envelope, of: 1, in: mailbox) != nil)
            }
            #expect(derived.bytes(.body, of: 1, in: mailbox) == nil)
            #expect((1...1000).filter { derived.bytes(.envelope, of: $0, in: mailbox) != nil }.count <= 64 * 1024 / 328)
            derived.keep([UInt8](repeating: 1, count: 10_000), as: .envelope, of: 7, in: mailbox)
            #expect(derived.bytes(.envelope, of: 7, in: mailbox) == nil)
            for _ in 0..<100 where derived.bytes(.envelope, of: 1000, in: mailbox) != nil {
                await EventLoopActor.sleep(for: .milliseconds(120))
            }
            #expect(derived.bytes(.envelope, of: 1000, in: mailbox) == nil)
            selection.close()
        }
    }
}
