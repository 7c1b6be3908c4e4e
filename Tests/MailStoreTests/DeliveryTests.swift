import MailStore
import Runtime
import TestSupport
import Testing

@EventLoopActor
@Suite struct DeliveryTests {
    @Test("A delivered message is there, whole, also after the store was opened again") func delivery() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        let bytes = message(5_000)
        try await tenant.withStore { store async throws in
            let outcomes = await store.deliver(MailStoreTests.delivery(bytes, to: user))
            let (account, selection) = try await inbox(user, in: store)
            #expect(outcomes == [.stored(mailbox: selection.mailbox.id, uid: 1)])
            #expect(selection.uids == [1])
            #expect(selection.recentCount == 1)
            #expect(try await selection.bytes(of: 1) == bytes)
            #expect(selection.info(1)?.size == 5_000)
            #expect(try await selection.structures(of: [1])[1]?.isEmpty == false)
            #expect(account.mailboxes.map(\.name) == ["INBOX", "Archive", "Drafts", "Junk", "Sent", "Trash"])
            #expect(account.subscriptions.count == 6)
            selection.close()
        }
        try await tenant.withStore { store async throws in
            let (_, selection) = try await inbox(user, in: store)
            #expect(try await selection.bytes(of: 1) == bytes)
            #expect(selection.mailbox.uidNext == 2)
            #expect(selection.recentCount == 0)
            selection.close()
        }
    }

    @Test("A message for several users is stored once and counted for each") func severalUsers() async throws {
        let tenant = try await TestTenant.make()
        let users = [try await tenant.user("ann"), try await tenant.user("bob"), try await tenant.user("cat")]
        try await tenant.withStore { store async throws in
            let outcomes = await store.deliver(MailStoreTests.delivery(message(1_000), to: users[0], users[1], users[2], users[1]))
            #expect(outcomes.count == 4)
            #expect(outcomes[1] == outcomes[3])
            #expect(try await store.quota(of: users[0]).map(\.usage) == [
                QuotaUsage(bytes: 1_000, messages: 1), QuotaUsage(bytes: 3_000, messages: 3), QuotaUsage(bytes: 3_000, messages: 3),
            ])
        }
        let blobs = "SELECT count(DISTINCT blob_offset) FROM messages WHERE tenant_id = $1"
        #expect(try await tenant.server.number(blobs, [.int8(tenant.id)]) == 1)
    }

    @Test("A repeated delivery stores nothing, at once, later and beside the first") func repeats() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), bob = try await tenant.user("bob")
        let id = deliveryID()
        try await tenant.withStore { store async throws in
            let outcomes = await deliverTogether((0..<10).map { _ in MailStoreTests.delivery(id: id, to: ann) }, in: store)
            #expect(outcomes.filter { $0 == .duplicate }.count == 9)
        }
        try await tenant.withStore { store async throws in
            let outcomes = await store.deliver(MailStoreTests.delivery(id: id, to: ann, bob))
            #expect(outcomes.first == .duplicate)
            guard case .stored = outcomes.last else { Issue.record("\(outcomes)"); return }
        }
        #expect(try await tenant.count("messages") == 2)
    }

    @Test("A user that does not exist, or was deleted meanwhile, takes nothing; others do") func missingUsers() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), bob = try await tenant.user("bob")
        try await tenant.withStore { store async throws in
            _ = await store.deliver(MailStoreTests.delivery(to: ann, bob))
            #expect(await store.deliver(MailStoreTests.delivery(to: 999_999_999)) == [.noSuchUser])
            try await tenant.delete(user: bob)
            // Nobody has told the store: what it takes for bob goes with bob, and the next attempt knows.
            let id = deliveryID()
            _ = await store.deliver(MailStoreTests.delivery(id: id, to: ann, bob))
            #expect(await store.deliver(MailStoreTests.delivery(id: id, to: ann, bob)) == [.duplicate, .noSuchUser])
            #expect(try await store.quota(of: ann).last?.usage.messages == 2)
        }
    }

    @Test("UIDs go on after a reopening, and those of expunged messages are never used again") func uidsNeverRepeat() async throws {
        let tenant = try await TestTenant.make()
        let user = try await tenant.user("ann")
        try await tenant.withStore { store async throws in
            for _ in 0..<3 { _ = await store.deliver(MailStoreTests.delivery(to: user)) }
            let (_, selection) = try await inbox(user, in: store)
            _ = try await selection.store([2, 3], .add, flags: .deleted, keywords: [])
            #expect(try await selection.expunge() == [2, 3])
            selection.close()
        }
        try await tenant.withStore { store async throws in
            let (_, selection) = try await inbox(user, in: store)
            #expect(selection.uids == [1])
            let outcome = await store.deliver(MailStoreTests.delivery(to: user)).first
            #expect(outcome == .stored(mailbox: selection.mailbox.id, uid: 4))
            selection.close()
        }
    }
}
