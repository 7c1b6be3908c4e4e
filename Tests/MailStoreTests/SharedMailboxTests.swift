import MailStore
import Postgres
import Runtime
import Testing

@Suite("Shared mailboxes") struct SharedMailboxTests {
    @Test("Members have the rights of the table, others none, and another tenant's rows are none of ours") @EventLoopActor func access()
        async throws
    {
        let tenant = try await TestTenant.make(), other = try await TestTenant.make()
        let info = try await tenant.shared("info"), ann = try await tenant.user("ann"), bob = try await tenant.user("bob")
        let foreign = try await other.shared("info"), eve = try await other.user("eve")
        try await tenant.give(ann, "write", to: info, sends: true)
        try await other.give(eve, "manage", to: foreign)
        try await tenant.withStore { store in
            let mailboxes = try await store.sharedMailboxes(of: ann)
            #expect(mailboxes.map(\.user) == [info] && mailboxes.map(\.address) == ["info@\(tenant.domainName)"])
            #expect(mailboxes.first?.rights == .write && mailboxes.first?.sends == true)
            #expect(try await store.sharedMailboxes(of: bob).isEmpty)
            #expect(try await store.sharedMailboxes(of: eve).isEmpty)
            await #expect(throws: StoreError.noSuchUser) { try await store.account(of: foreign) }
            #expect(try await store.mayUse(localPart: "info", domain: tenant.domainName, as: ann))
            #expect(try await !store.mayUse(localPart: "info", domain: tenant.domainName, as: bob))
            #expect(try await !store.mayUse(localPart: "info", domain: other.domainName, as: ann))
            // What is known holds until the directory is said to have changed.
            try await tenant.give(bob, "read", to: info)
            #expect(try await store.sharedMailboxes(of: bob).isEmpty)
            store.directoryChanged()
            #expect(try await store.sharedMailboxes(of: bob).map(\.rights) == [.read])
        }
    }

    @Test("A move to another user takes the room that it needs there, and none of levels that both are under") @EventLoopActor
    func fullTenant() async throws {
        let tenant = try await TestTenant.make(quotaBytes: 1_000, domainMessages: 2)
        let ann = try await tenant.user("ann"), info = try await tenant.user("info", bytes: 600)
        try await tenant.withStore { store in
            for _ in 0..<2 { #expect(await store.deliver(delivery(message(500), to: ann)).first.isStored) }
            let (_, selection) = try await inbox(ann, in: store)
            let target = try mailbox("INBOX", of: try await store.account(of: info))
            await #expect(throws: StoreError.self) { try await selection.copy([1], to: target) }
            await #expect(throws: StoreError.self) { try await selection.move([1, 2], to: target) }
            #expect(try await store.quota(of: info).map(\.usage.messages) == [0, 2, 2])
            let outcome = try await selection.move([1], to: target)
            #expect(outcome.source == [1] && outcome.destination == [1])
            #expect(try await store.quota(of: info).map(\.usage) == [
                QuotaUsage(bytes: 500, messages: 1), QuotaUsage(bytes: 1_000, messages: 2), QuotaUsage(bytes: 1_000, messages: 2),
            ])
            #expect(try await store.quota(of: ann).first?.usage == QuotaUsage(bytes: 500, messages: 1))
            // Nothing is left reserved: what was freed is there to be used.
            _ = try await selection.store([2], .add, flags: .deleted, keywords: [])
            try await selection.expunge()
            #expect(try await store.check(user: ann, size: 500) == nil)
            #expect(try await store.check(user: ann, size: 501)?.scope == .tenant)
            selection.close()
        }
    }

    @Test("Between domains it is the target's domain that must have room") @EventLoopActor func otherDomain() async throws {
        let tenant = try await TestTenant.make(quotaMessages: 2, domainMessages: 1)
        let info = try await tenant.user("info"), ann = try await tenant.user("ann")
        try await tenant.move(user: ann, to: try await tenant.secondDomain())
        try await tenant.withStore { store in
            for _ in 0..<2 { #expect(await store.deliver(delivery(message(300), to: ann)).first.isStored) }
            let (_, selection) = try await inbox(ann, in: store)
            let target = try mailbox("INBOX", of: try await store.account(of: info))
            await #expect(throws: StoreError.overQuota(QuotaRefusal(scope: .domain, resource: .messages, used: 0, limit: 1))) {
                try await selection.move([1, 2], to: target)
            }
            _ = try await selection.move([2], to: target)
            #expect(try await store.quota(of: info).map(\.usage.messages) == [1, 1, 2])
            #expect(try await store.quota(of: ann).map(\.usage.messages) == [1, 1, 2])
            selection.close()
        }
    }

    @Test("Moves, copies and deliveries at the same time fill the target's quota exactly, and leave nothing reserved") @EventLoopActor
    func exactness() async throws {
        let tenant = try await TestTenant.make(quotaMessages: 45)
        let ann = try await tenant.user("ann"), info = try await tenant.user("info", messages: 20)
        try await tenant.withStore { store in
            for _ in 0..<30 { #expect(await store.deliver(delivery(message(300), to: ann)).first.isStored) }
            let (_, selection) = try await inbox(ann, in: store)
            let target = try mailbox("Archive", of: try await store.account(of: info))
            let moves = (1...15).map { uid in Task { (try? await selection.move([UID(uid)], to: target))?.source.count ?? 0 } }
            let copies = (16...30).map { uid in Task { (try? await selection.copy([UID(uid)], to: target))?.source.count ?? 0 } }
            let stored = await deliverTogether((0..<10).map { _ in delivery(message(300), to: info) }, in: store).filter(\.isStored).count
            var moved = 0, copied = 0
            for task in moves { moved += await task.value }
            for task in copies { copied += await task.value }
            #expect(moved + copied + stored == 20)
            let levels = try await store.quota(of: info).map(\.usage.messages)
            #expect(levels == [20, Int64(30 + copied + stored), Int64(30 + copied + stored)])
            selection.close()
            // All that is free can be used, to the last message.
            for left in stride(from: 45 - 30 - copied - stored, to: 0, by: -1) {
                #expect(await store.deliver(delivery(message(300), to: ann)).first.isStored, "\(left) left")
            }
            #expect(try await store.check(user: ann, size: 1)?.scope == .tenant)
            #expect(try await store.check(user: info, size: 1)?.scope == .user)
        }
    }

    @Test("Copies have the same octets, and both are there for the next worker") @EventLoopActor func copies() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), info = try await tenant.user("info")
        try await tenant.withStore { store in
            _ = await store.deliver(delivery(message(400, "Kept"), to: ann))
            let (account, selection) = try await inbox(ann, in: store)
            _ = try await selection.store([1], .add, flags: .flagged, keywords: ["work"])
            let target = try mailbox("Archive", of: try await store.account(of: info))
            _ = try await selection.copy([1], to: target)
            _ = try await selection.move([1], to: target)
            #expect(selection.takeChanges(expunges: true) == [.expunged(sequenceNumber: 1, uid: 1)])
            selection.close()
            _ = account
        }
        try await tenant.withStore { store in
            let account = try await store.account(of: info)
            let selection = try await account.select(try mailbox("Archive", of: account), readOnly: true)
            #expect(selection.uids == [1, 2])
            for uid in selection.uids {
                #expect(try await selection.bytes(of: uid) == message(400, "Kept"))
                #expect(selection.info(uid)?.flags == .flagged && selection.info(uid)?.keywords == ["work"])
            }
            selection.close()
            #expect(try await store.quota(of: ann).first?.usage == QuotaUsage())
        }
    }

    static let holders = ["ann", "info"]
    @Test("What leaves a held user by a move to another is kept; what comes to one is not noted", arguments: holders)
    @EventLoopActor func held(holder: String) async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), info = try await tenant.user("info")
        try await tenant.withStore { store in
            _ = await store.deliver(delivery(message(321), to: ann))
            try await store.commitRows()
            _ = try await tenant.server.pool.query(
                "INSERT INTO holds (tenant_id, domain_id, user_id, reason, set_by) VALUES ($1, NULL, $2, 'lawsuit', 'root')",
                [.int8(tenant.id), .int8(holder == "ann" ? ann : info)])
            let (account, selection) = try await inbox(ann, in: store)
            _ = try await selection.move([1], to: try mailbox("Trash", of: account))  // stays the user's
            selection.close()
            let trash = try await account.select(try mailbox("Trash", of: account), readOnly: false)
            _ = try await trash.move([1], to: try mailbox("INBOX", of: try await store.account(of: info)))
            trash.close()
        }
        let kept = try await tenant.server.pool.query(
            "SELECT user_id, size, mailbox FROM held_messages WHERE tenant_id = $1", [.int8(tenant.id)])
        #expect(kept.rows.count == (holder == "ann" ? 1 : 0))
        if let row = kept.first { #expect(try row.int8(0) == ann && row.int8(1) == 321 && row.text(2) == "Trash") }
        #expect(try await tenant.count("messages") == 1)
    }
}

extension TestTenant {
    func shared(_ localPart: String) async throws -> Int64 {
        let user = try await user(localPart)
        _ = try await server.pool.query(
            "UPDATE users SET shared = true WHERE tenant_id = $1 AND user_id = $2", [.int8(id), .int8(user)])
        return user
    }

    func give(_ member: Int64, _ rights: String, to shared: Int64, sends: Bool = false) async throws {
        _ = try await server.pool.query(
            "INSERT INTO shared_access VALUES ($1, $2, $3, $4, $5)",
            [.int8(id), .int8(shared), .int8(member), .text(rights), .bool(sends)])
    }
}
