import Glibc
import MailStore
import Postgres
import Runtime
import TestSupport
import Testing

/// Messages that the blob log holds and the tables do not, because the store died in between.
@EventLoopActor
@Suite struct LogTests {
    @Test("A message is answered for while no transaction can commit, and is there after the next start")
    func answeredBeforeCommit() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), bob = try await tenant.user("bob")
        let bytes = message(5_000)
        let outcomes = try await dying(tenant) { store async throws in
            var outcomes = await store.deliver(delivery(bytes, to: ann, bob))
            for _ in 0..<9 { outcomes += await store.deliver(delivery(to: ann)) }
            #expect(try await store.quota(of: ann).first?.usage.messages == 10)
            return outcomes
        }
        #expect(try await tenant.count("messages") == 0)
        try await tenant.withStore { store async throws in
            let (account, selection) = try await inbox(ann, in: store)
            #expect(selection.uids == Array(1...10))
            #expect(outcomes.first == .stored(mailbox: selection.mailbox.id, uid: 1))
            #expect(try await selection.bytes(of: 1) == bytes)
            #expect(selection.mailbox.uidNext == 1 + skipped)
            #expect(try await account.quota().first?.usage.messages == 10)
            selection.close()
            let (_, other) = try await inbox(bob, in: store)
            #expect(other.uids == [1])
            other.close()
        }
        // What was entered once is not entered again.
        try await tenant.withStore { _ async throws in }
        #expect(try await tenant.count("messages") == 11)
    }

    @Test("Appended messages come back with UIDs, dates, flags and keywords") func appended() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann")
        let appended = try await dying(tenant) { store in
            let account = try await store.account(of: ann)
            return try await account.append(
                (1...3).map {
                    NewMessage(bytes: message(100 * $0), flags: [.seen, .flagged], keywords: ["$Work"], internalDate: 1_600_000_000)
                },
                to: try mailbox("Sent", of: account))
        }
        try await tenant.withStore { store async throws in
            let account = try await store.account(of: ann)
            let selection = try await account.select(try mailbox("Sent", of: account), readOnly: true)
            #expect(selection.uids == appended.uids)
            for uid in selection.uids {
                let info = try #require(selection.info(uid))
                #expect(info.flags == [.seen, .flagged])
                #expect(info.keywords == ["$Work"])
                #expect(info.internalDate == 1_600_000_000)
                #expect(info.size == 100 * Int64(uid))
            }
            selection.close()
        }
    }

    @Test("A repeat of a delivery that only the log knew is recognised after the next start") func repeatAfterDeath() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann")
        let made = delivery(to: ann)
        #expect(try await dying(tenant) { store in await store.deliver(made) }.first.isStored)
        try await tenant.withStore { store async throws in
            #expect(await store.deliver(delivery(id: made.id, to: ann)) == [.duplicate])
        }
        #expect(try await tenant.count("messages") == 1)
    }

    @Test("A mailbox or a user that is gone at the next start: the message goes to INBOX, or with the user")
    func goneTargets() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann"), bob = try await tenant.user("bob")
        try await tenant.withStore { store async throws in
            _ = try await store.account(of: ann).create("Work")
            _ = await store.deliver(delivery(to: ann))
        }
        _ = try await dying(tenant) { store in
            let account = try await store.account(of: ann)
            _ = try await account.append([NewMessage(bytes: message(321))], to: try mailbox("Work", of: account))
            return await store.deliver(delivery(to: bob))
        }
        _ = try await tenant.server.pool.query("DELETE FROM mailboxes WHERE tenant_id = $1 AND name = 'Work'", [.int8(tenant.id)])
        try await tenant.delete(user: bob)
        try await tenant.withStore { store async throws in
            let (_, selection) = try await inbox(ann, in: store)
            #expect(selection.uids == [1, 2 + skipped])
            #expect(selection.info(2 + skipped)?.size == 321)
            selection.close()
        }
    }

    @Test("A torn end of the log costs what is torn but its UID, and the store goes on behind it") func damagedLog() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann")
        _ = try await dying(tenant) { store in
            for size in 1...5 { _ = await store.deliver(delivery(message(1_000 + size), to: ann)) }
        }
        try tenant.tearLog(by: 10)
        try await tenant.withStore { store async throws in
            let (_, selection) = try await inbox(ann, in: store)
            #expect(selection.uids == [1, 2, 3, 4])
            guard case .stored(_, let uid) = await store.deliver(delivery(to: ann)).first else { Issue.record("not stored"); return }
            #expect(uid == 1 + skipped)
            selection.close()
        }
        // A log that is shorter than the tables know: new records lie behind what they know.
        try tenant.tearLog(by: 10)
        _ = try await dying(tenant) { store in await store.deliver(delivery(message(777), to: ann)) }
        try await tenant.withStore { store async throws in
            let (_, selection) = try await inbox(ann, in: store)
            #expect(selection.uids.last.flatMap { selection.info($0)?.size } == 777)
            #expect(Array(selection.uids.suffix(2)) == [1 + skipped, 2 + skipped])
            await #expect(throws: StoreError.self) { try await selection.bytes(of: 1 + skipped) }
            #expect(try await selection.bytes(of: 4)?.count == 1_004)
            selection.close()
        }
    }

    @Test("Mail that comes in while a mailbox is read, and while its messages change, keeps its order and numbers")
    func besideOtherChanges() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann")
        try await tenant.withStore { store async throws in
            let account = try await store.account(of: ann)
            let inbox = try mailbox("INBOX", of: account)
            let deliveries = Task { await deliverTogether((0..<300).map { _ in delivery(to: ann) }, in: store) }
            var uids: [UID] = []
            for turn in 0..<30 {
                let selection = try await account.select(inbox, readOnly: false)
                #expect(Array(selection.uids.prefix(uids.count)) == uids)
                if let last = selection.uids.last {
                    _ = try await selection.store([last], .add, flags: turn.isMultiple(of: 2) ? .seen : .flagged, keywords: [])
                    let copied = try await selection.copy([last], to: inbox)
                    #expect(copied.destination.allSatisfy { $0 > last })
                }
                uids = selection.uids
                selection.close()
                store.forgetMailboxes()
            }
            #expect(await deliveries.value.filter(\.isStored).count == 300)
            let selection = try await account.select(inbox, readOnly: true)
            #expect(selection.uids == selection.uids.sorted())
            #expect(Set(selection.uids).count == selection.uids.count)
            let status = try await account.status(of: inbox)
            #expect(status.messages == selection.count)
            selection.close()
        }
    }

    @Test("A change that waits while messages come in is one of their rows too", arguments: ["expunge", "store", "delete"])
    func changeOfNewMessages(_ change: String) async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann")
        let seen = try await tenant.withStore { store async throws in
            let account = try await store.account(of: ann)
            let sent = try await account.select(mailbox("Sent", of: account), readOnly: false)
            let trash = try await account.select(mailbox("Trash", of: account), readOnly: false)
            let deleted = NewMessage(bytes: message(100), flags: .deleted)
            _ = try await account.append([deleted, NewMessage(bytes: message(200))], to: trash.mailbox)
            _ = try await account.append([NewMessage(bytes: message())], to: sent.mailbox)
            try await store.commitRows()
            let (first, waiting) = try await tenant.withoutCommits {
                // One transaction is under way, and the change waits for the next.
                let first = Task.immediate { try await sent.store([1], .add, flags: .seen, keywords: []) }
                try await tenant.waitForBlockedTransaction()
                let waiting = Task.immediate {
                    switch change {
                    case "expunge": _ = try await trash.expunge()
                    case "store": _ = try await trash.store(Array(1...4), .add, flags: .flagged, keywords: ["new"])
                    default: try await account.delete("Trash")
                    }
                }
                _ = try await account.append([deleted, NewMessage(bytes: message(300))], to: trash.mailbox)
                return (first, waiting)
            }
            _ = try await first.value
            try await waiting.value
            trash.close()
            sent.close()
            return try await shown(ann, in: store)
        }
        #expect(seen.count == ["expunge": 3, "store": 5, "delete": 1][change])
        #expect(try await tenant.withStore { store async throws in try await shown(ann, in: store) } == seen)
    }

    @Test("A message to more users than one transaction takes reaches all, though the store dies between two")
    func dyingBetweenPlaces() async throws {
        let tenant = try await TestTenant.make()
        var users: [Int64] = []
        for number in 0...500 { users.append(try await tenant.user("u\(number)")) }
        let last = try #require(users.last)
        try await tenant.withStore { store async throws in _ = await store.deliver(delivery(to: last)) }
        let store = try await tenant.open()
        for user in users { _ = try await store.account(of: user) }
        let pool = PostgresPool(tenant.server.cluster.configuration(database: tenant.server.database), maximumConnections: 1)
        try await pool.transaction { transaction in
            // The first transaction can commit, that of the last place cannot.
            _ = try await transaction.query(
                "SELECT 1 FROM user_usage WHERE tenant_id = $1 AND user_id = $2 FOR UPDATE", [.int8(tenant.id), .int8(last)])
            let outcomes = await store.deliver(Delivery(
                id: deliveryID(), isFirstAttempt: true, reversePath: "a@b.example", bytes: message(),
                recipients: users.map { DeliveryRecipient(user: $0) }))
            #expect(outcomes.filter(\.isStored).count == 501)
            while try await tenant.count("messages") < 501 {}
            await tenant.closeByForce(store)
        }
        await pool.close()
        #expect(try await tenant.count("messages") == 501)
        try await tenant.withStore { store async throws in
            let (_, selection) = try await inbox(last, in: store)
            #expect(selection.uids == [1, 2])
            selection.close()
        }
        #expect(try await tenant.count("messages") == 502)
    }

    /// Every message of the user as a line.
    private func shown(_ user: Int64, in store: TenantStore) async throws -> [String] {
        let account = try await store.account(of: user)
        var lines: [String] = []
        for mailbox in account.mailboxes {
            let selection = try await account.select(mailbox, readOnly: true)
            for info in selection.uids.compactMap(selection.info) {
                lines.append("\(mailbox.name) \(info.uid) \(info.flags) \(info.keywords) \(info.size)")
            }
            selection.close()
        }
        return lines
    }
}
