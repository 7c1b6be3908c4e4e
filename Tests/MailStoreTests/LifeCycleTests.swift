import MailStore
import Postgres
import Runtime
import Testing

/// What the store makes of users who are deleted and kept, and of those whom a legal hold is on.
@Suite("Deleted users and holds", .serialized) struct LifeCycleTests {
    @Test("A deleted user takes no mail and counts nowhere; brought back, everything is as it was") @EventLoopActor func undeleted()
        async throws
    {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), bob = try await tenant.user("bob")
        try await tenant.withStore { store in
            #expect(await store.deliver(delivery(message(300), to: ann)).first.isStored)
            #expect(await store.deliver(delivery(message(200), to: bob)).first.isStored)
            try await store.commitRows()
            let (account, before) = try await inbox(ann, in: store)
            let (uids, validity) = (before.uids, before.mailbox.uidValidity)
            before.close()
            _ = account
            try await tenant.setDeleted(true, user: ann)
            store.directoryChanged()
            #expect(try await store.resolve(localPart: "ann", domain: tenant.domainName) == .noSuchUser)
            await #expect(throws: StoreError.noSuchUser) { try await store.account(of: ann) }
            #expect(await store.deliver(delivery(message(100), to: bob)).first.isStored)
            try await store.commitRows()
            #expect(try await store.quota(of: bob).last?.usage == QuotaUsage(bytes: 300, messages: 2))
            #expect(try await tenant.usage(of: tenant.domain) == [300, 2])
            try await tenant.setDeleted(false, user: ann)
            try await store.alignUsage()
            #expect(try await store.quota(of: bob).last?.usage == QuotaUsage(bytes: 600, messages: 3))
            let (_, after) = try await inbox(ann, in: store)
            #expect(after.uids == uids && after.mailbox.uidValidity == validity)
            after.close()
        }
    }

    @Test("What was answered for before the deletion is entered into the mailbox, also by the next worker") @EventLoopActor func replayed()
        async throws
    {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann")
        let store = try await tenant.open()
        _ = try await store.account(of: ann)
        _ = try await store.quota(of: ann)  // which is read in a transaction
        try await tenant.withoutCommits {
            #expect(await store.deliver(delivery(to: ann)).first.isStored)
            await tenant.closeByForce(store)
        }
        try await tenant.setDeleted(true, user: ann)
        let next = try await tenant.open()
        try await next.commitRows()
        await next.close()
        #expect(try await tenant.count("messages") == 1)
        try await tenant.setDeleted(false, user: ann)
        try await tenant.withStore { store in
            try await store.alignUsage()
            let (_, selection) = try await inbox(ann, in: store)
            #expect(selection.count == 1)
            selection.close()
        }
    }

    static let removals = ["expunge", "delete", "pop3"]
    @Test("What a held user removes leaves a row that finds its octets", arguments: removals) @EventLoopActor func held(how: String)
        async throws
    {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), bob = try await tenant.user("bob")
        let hold = "INSERT INTO holds (tenant_id, domain_id, user_id, reason, set_by) VALUES ($1, NULL, $2, 'lawsuit', 'root')"
        try await tenant.withStore { store in
            for user in [ann, bob] { #expect(await store.deliver(delivery(message(321), to: user)).first.isStored) }
            try await store.commitRows()
            // Nobody tells the worker of it.
            _ = try await tenant.server.pool.query(hold, [.int8(tenant.id), .int8(ann)])
            for user in [ann, bob] { try await remove(how, of: user, in: store) }
        }
        let kept = try await tenant.server.pool.query(
            "SELECT user_id, size, blob_length, mailbox FROM held_messages WHERE tenant_id = $1", [.int8(tenant.id)])
        #expect(kept.rows.count == 1)
        let row = try #require(kept.first)
        #expect(try row.int8(0) == ann && row.int8(1) == 321 && row.int8(2) > 0)
        #expect(try row.text(3) == (how == "delete" ? "Old" : "INBOX"))
        #expect(try await tenant.count("messages") == 0)
    }

    @EventLoopActor private func remove(_ how: String, of user: Int64, in store: TenantStore) async throws {
        if how == "pop3" { return try await store.openMaildrop(of: user).commit(deleting: [0]) }
        let (account, selection) = try await inbox(user, in: store)
        defer { selection.close() }
        if how == "delete" {
            let old = try await account.create("Old")
            _ = try await selection.move(selection.uids, to: old)
            return try await account.delete("Old")
        }
        _ = try await selection.store(selection.uids, .add, flags: [.deleted], keywords: [])
        try await selection.expunge()
    }
}

extension TestTenant {
    /// As the control plane does it.
    func setDeleted(_ deleted: Bool, user: Int64) async throws {
        _ = try await server.pool.query(
            "UPDATE users SET deleted_at = CASE WHEN $3 THEN now() END WHERE tenant_id = $1 AND user_id = $2",
            [.int8(id), .int8(user), .bool(deleted)])
    }
}
