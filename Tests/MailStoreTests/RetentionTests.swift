import MailStore
import Postgres
import Runtime
import Testing

/// What has been in mailboxes for trash and junk for longer than the plan says.
@Suite("Retention", .serialized) @EventLoopActor struct RetentionTests {
    private func limit(_ tenant: TestTenant, _ limits: String) async throws {
        _ = try await tenant.server.pool.query(
            "UPDATE tenants SET limits = $2::text::jsonb WHERE tenant_id = $1", [.int8(tenant.id), .text(limits)])
    }

    /// Has messages of a mailbox have come into it so many days ago.
    private func age(_ days: Int64, _ uids: [UID], in mailbox: Mailbox, of tenant: TestTenant) async throws {
        _ = try await tenant.server.pool.query(
            "UPDATE messages SET saved_at = now() - $3::bigint * interval '1 day' WHERE mailbox_id = $1 AND uid = ANY ($2::bigint[])",
            [.int8(mailbox.id), .int8Array(uids.map(Int64.init)), .int8(days)])
    }

    private func delivered(_ count: Int, to user: Int64, in store: TenantStore) async throws -> (Account, Selection) {
        #expect(await deliverTogether((0..<count).map { _ in delivery(to: user) }, in: store).allSatisfy(\.isStored))
        try await store.commitRows()
        return try await inbox(user, in: store)
    }

    @Test("What is old goes from trash and junk, and from nowhere else; sessions see it go") func removed() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann")
        try await tenant.withStore { store in
            let (account, inbox) = try await delivered(8, to: ann, in: store)
            let trash = try mailbox("Trash", of: account), junk = try mailbox("Junk", of: account)
            let below = try await account.create("Trash/Old")
            _ = try await inbox.move(Array(inbox.uids.prefix(3)), to: trash)
            _ = try await inbox.copy(Array(inbox.uids.suffix(2)), to: junk)
            _ = try await inbox.copy(Array(inbox.uids.suffix(1)), to: below)
            let open = try await account.select(trash, readOnly: false)
            try await age(40, inbox.uids, in: inbox.mailbox, of: tenant)
            try await age(40, [1], in: below, of: tenant)
            try await age(31, [1, 2], in: trash, of: tenant)
            try await age(29, [3], in: trash, of: tenant)
            try await age(8, [1], in: junk, of: tenant)
            try await store.removeExpired()
            #expect(try await tenant.count("messages") == 11)
            try await limit(tenant, #"{"trashDays":30,"junkDays":7}"#)
            try await store.removeExpired()
            #expect(open.takeChanges(expunges: true).count == 2)
            #expect(open.uids == [3])
            #expect(try await account.select(junk, readOnly: true).uids == [2])
            #expect(try await account.select(below, readOnly: true).uids == [1])
            _ = inbox.takeChanges(expunges: true)
            #expect(inbox.uids.count == 5)
            #expect(try await store.quota(of: ann).first?.usage.messages == 8)
            // Out of the trash and into it again: its time begins anew.
            try await age(31, [3], in: trash, of: tenant)
            _ = try await open.move([3], to: inbox.mailbox)
            _ = inbox.takeChanges(expunges: true)
            _ = try await inbox.move(Array(inbox.uids.suffix(1)), to: trash)
            try await limit(tenant, #"{"trashDays":30,"junkDays":"unlimited"}"#)
            try await store.removeExpired()
            #expect(try await account.select(trash, readOnly: false).uids == [4])
        }
    }

    @Test("What is said of a user goes before what the tenant has, either way") func ofUsers() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), bob = try await tenant.user("bob"), carl = try await tenant.user("carl")
        for (user, limits) in [(ann, #"{"trashDays":3}"#), (bob, #"{"trashDays":"unlimited"}"#)] {
            _ = try await tenant.server.pool.query(
                "UPDATE users SET limits = $2::text::jsonb WHERE user_id = $1", [.int8(user), .text(limits)])
        }
        try await tenant.withStore { store in
            for user in [ann, bob, carl] {
                let (account, inbox) = try await delivered(2, to: user, in: store)
                let trash = try mailbox("Trash", of: account)
                _ = try await inbox.move(inbox.uids, to: trash)
                try await age(5, [1], in: trash, of: tenant)
                try await age(40, [2], in: trash, of: tenant)
            }
            func left() async throws -> [Int64] {
                var counts: [Int64] = []
                for user in [ann, bob, carl] { counts.append(try await store.quota(of: user).first?.usage.messages ?? -1) }
                return counts
            }
            try await store.removeExpired()
            #expect(try await left() == [0, 2, 2], "where the tenant says nothing")
            try await limit(tenant, #"{"trashDays":30}"#)
            try await store.removeExpired()
            #expect(try await left() == [0, 2, 1])
        }
    }

    @Test("However many go, one look takes them all, and none that lies between them") func portions() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), bob = try await tenant.user("bob")
        try await limit(tenant, #"{"trashDays":1,"junkDays":1}"#)
        try await tenant.withStore { store in
            let (account, inbox) = try await delivered(1_700, to: ann, in: store)
            let trash = try mailbox("Trash", of: account), junk = try mailbox("Junk", of: account)
            _ = try await inbox.move(Array(inbox.uids.prefix(1_200)), to: trash)
            _ = inbox.takeChanges(expunges: true)
            // A portion exactly.
            _ = try await inbox.move(inbox.uids, to: junk)
            let (other, otherInbox) = try await delivered(3, to: bob, in: store)
            let otherTrash = try mailbox("Trash", of: other)
            _ = try await otherInbox.move(otherInbox.uids, to: otherTrash)
            let all = [UID](1...1_200)
            let fresh = all.filter { $0 % 7 == 0 || $0 == 1_200 }
            try await age(2, all.filter { !fresh.contains($0) }, in: trash, of: tenant)
            try await age(2, [UID](1...500), in: junk, of: tenant)
            try await age(2, [1, 3], in: otherTrash, of: tenant)
            try await store.removeExpired()
            #expect(try await account.select(trash, readOnly: false).uids == fresh)
            #expect(try await account.select(junk, readOnly: false).uids == [])
            #expect(try await other.select(otherTrash, readOnly: false).uids == [2])
            #expect(try await tenant.count("messages") == Int64(fresh.count) + 1)
            try await store.removeExpired()
            #expect(try await tenant.count("messages") == Int64(fresh.count) + 1)
        }
    }

    @Test("A legal hold keeps findable what goes, and what a deleted user has stays") func kept() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), bob = try await tenant.user("bob")
        try await limit(tenant, #"{"junkDays":0}"#)
        try await tenant.withStore { store in
            for user in [ann, bob] {
                let (account, inbox) = try await delivered(1, to: user, in: store)
                let junk = try mailbox("Junk", of: account)
                _ = try await inbox.move(inbox.uids, to: junk)
                try await age(1, [1], in: junk, of: tenant)
                inbox.close()
            }
            _ = try await tenant.server.pool.query(
                "INSERT INTO holds (tenant_id, domain_id, user_id, reason, set_by) VALUES ($1, NULL, $2, 'lawsuit', 'root')",
                [.int8(tenant.id), .int8(ann)])
            try await tenant.setDeleted(true, user: bob)
            store.directoryChanged()
            try await store.removeExpired()
            try await tenant.setDeleted(false, user: bob)
            try await store.alignUsage()
        }
        let held = try await tenant.server.pool.query(
            "SELECT user_id, mailbox FROM held_messages WHERE tenant_id = $1", [.int8(tenant.id)])
        #expect(try held.rows.map { try $0.int8(0) } == [ann])
        #expect(try held.first?.text(1) == "Junk")
        #expect(try await tenant.count("messages") == 1)
    }
}
