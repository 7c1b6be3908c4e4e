import BlobStore
import Foundation
import MailStore
import Postgres
import Runtime
import TestSupport
import Testing

/// Clients were told numbers of messages that the blob log has lost with its end.
@Suite("Workers that did not end in order") @EventLoopActor struct UncleanEndTests {
    /// What becomes of the five records that have no rows.
    enum Damage: CaseIterable {
        case none, cutWhereEntered, cutInHead, cutInMessage, flippedInMessage, flippedInDescription, flippedInHead, flippedEach

        /// The UIDs of those that are left.
        var left: [UID] {
            switch self {
            case .none: [4, 5, 6, 7, 8]
            case .cutWhereEntered, .flippedEach: []
            case .cutInHead, .cutInMessage: [4, 5, 6, 7]
            case .flippedInMessage, .flippedInDescription, .flippedInHead: [4, 5, 7, 8]
            }
        }

        /// The UIDs that the log can name.
        var named: [UID] {
            switch self {
            case .none, .cutWhereEntered, .cutInHead, .flippedInDescription, .flippedInHead: []
            case .cutInMessage: [8]
            case .flippedInMessage: [6]
            case .flippedEach: [4, 5, 6, 7, 8]
            }
        }

        func `do`(to octets: inout Data, _ records: [BlobReference]) {
            switch self {
            case .none: break
            case .cutWhereEntered: octets.removeSubrange(Int(records[0].offset)...)
            case .cutInHead: octets.removeSubrange((Int(records[4].offset) + 20)...)
            case .cutInMessage: octets.removeLast()
            case .flippedInMessage: octets[Int(records[2].offset + records[2].length) - 1] ^= 1
            case .flippedInDescription: octets[Int(records[2].offset) + 34] ^= 1
            case .flippedInHead: octets[Int(records[2].offset) + 9] ^= 1
            case .flippedEach: for record in records { octets[Int(record.offset + record.length) - 1] ^= 1 }
            }
        }
    }

    @Test("No UID and no change number is told twice, whatever the log has lost, and what is left is served", arguments: Damage.allCases)
    func lostEnd(_ damage: Damage) async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann")
        try await tenant.withStore { store in
            for size in 1...3 { _ = await store.deliver(delivery(message(1_000 + size), to: ann)) }
        }
        let (told, modSeq) = try await dying(tenant) { store in
            for size in 4...8 {
                #expect(await store.deliver(delivery(message(1_000 + size), to: ann)).first.isStored)
            }
            let account = try await store.account(of: ann)
            let inbox = try mailbox("INBOX", of: account)
            #expect(inbox.uidNext == 9)
            return (inbox.id, inbox.highestModSeq)
        }
        let file = tenant.directory + "/0000000001.segment"
        var octets = try #require(FileManager.default.contents(atPath: file))
        let blobs = MessageBlobs(directory: tenant.directory)
        damage.do(to: &octets, Array(try await blobs.scan(segment: 1).map(\.reference).suffix(5)))
        try octets.write(to: URL(filePath: file))
        let lines = try await blobs.scan(segment: 1).filter { $0.description == nil }.flatMap { $0.facts(ofTenant: tenant.id) }
        await blobs.close()
        #expect(lines.allSatisfy { $0["blob"]?.hasPrefix("segment 1, offset ") == true && $0["tenant"] == "\(tenant.id)" })
        #expect(lines.compactMap { $0["uid"] } == damage.named.map { "\($0)" })
        #expect(lines.filter { $0["uid"] != nil }.allSatisfy { $0["user"] == "\(ann)" && $0["mailbox"] == "\(told)" })
        #expect(lines.isEmpty == (damage == .none || damage == .cutWhereEntered))

        let uidNext = try await tenant.withStore { store in
            let (_, selection) = try await inbox(ann, in: store)
            defer { selection.close() }
            #expect(selection.uids == [1, 2, 3] + damage.left)
            for uid in selection.uids { #expect(try await selection.bytes(of: uid)?.count == 1_000 + Int(uid)) }
            #expect(selection.uidNext > 8)
            #expect(selection.mailbox.highestModSeq > modSeq)
            guard case .stored(_, let uid) = await store.deliver(delivery(to: ann)).first else { Issue.record("not stored"); return UID(0) }
            #expect(uid > 8)
            _ = selection.takeChanges(expunges: true)
            let info = try #require(selection.info(uid))
            #expect(info.modSeq > modSeq)
            return selection.uidNext
        }
        // It ended in order.
        try await tenant.withStore { store in
            let account = try await store.account(of: ann)
            #expect(try mailbox("INBOX", of: account).uidNext == uidNext)
        }
    }

    @Test("An end in order skips nothing") func ordinary() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann")
        for turn: UID in 0..<3 {
            try await tenant.withStore { store in
                #expect(try await tenant.lease == "true 0")
                let (account, selection) = try await inbox(ann, in: store)
                defer { selection.close() }
                #expect(selection.uidNext == 3 * turn + 1)
                _ = await store.deliver(delivery(to: ann))
                let appended = try await account.append([NewMessage(bytes: message())], to: selection.mailbox)
                #expect(appended.uids == [3 * turn + 2])
                _ = selection.takeChanges(expunges: true)
                let copied = try await selection.copy([1], to: selection.mailbox)
                #expect(copied.destination == [3 * turn + 3])
            }
            #expect(try await tenant.lease == "false 0")
        }
    }

    @Test("What comes in while the store closes is in the rows, or refused") func closing() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann")
        let store = try await tenant.open()
        _ = try await store.account(of: ann)
        let deliveries = Task.immediate { await deliverTogether((0..<500).map { _ in delivery(to: ann) }, in: store) }
        await store.close()
        let stored = await deliveries.value.filter(\.isStored).count
        #expect(try await tenant.count("messages") == stored)
        #expect(try await tenant.lease == "false 0")
        try await tenant.checkUsage()
    }

    @Test("A mailbox that was made since has skipped nothing, and others skip once for each end") func mailboxes() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann")
        for _ in 0..<2 { try await dying(tenant) { _ in } }
        for turn: UID in 1...2 {
            try await tenant.withStore { store in
                #expect(try await tenant.lease == "true 2")
                let account = try await store.account(of: ann)
                #expect(try mailbox("INBOX", of: account).uidNext == 1 + 2 * skipped)
                if turn == 1 { try await account.create("New") }
                #expect(try await account.append([NewMessage(bytes: message())], to: try mailbox("New", of: account)).uids == [turn])
                // Some of its counters are written, and the others do not stay behind.
                let sent = try await account.select(try mailbox("Sent", of: account), readOnly: false)
                defer { sent.close() }
                if turn == 1 { _ = try await account.append([NewMessage(bytes: message())], to: sent.mailbox) }
                _ = sent.takeChanges(expunges: true)
                _ = try await sent.store(sent.uids, .add, flags: turn == 1 ? .seen : .flagged, keywords: [])
                #expect(sent.uids == [1 + 2 * skipped] && sent.uidNext == 2 + 2 * skipped)
            }
        }
    }

    @Test("A snapshot does not bring a lower UIDNEXT back, and the next one has the higher") func snapshots() async throws {
        let (tenant, user, seen) = try await SnapshotTests.kept()
        let file = tenant.directory + "/0000000001.segment"
        let entered = try #require(FileManager.default.contents(atPath: file))
        let told = try await dying(tenant) { store in
            for _ in 0..<4 { _ = await store.deliver(delivery(to: user)) }
            let account = try await store.account(of: user)
            return try mailbox("INBOX", of: account).uidNext
        }
        try entered.write(to: URL(filePath: file))
        for _ in 0..<2 {
            try await tenant.withStore { store in
                let account = try await store.account(of: user)
                let inbox = try mailbox("INBOX", of: account)
                let status = try await account.status(of: inbox)
                #expect(status.uidNext == 251 + skipped && status.uidNext >= told && status.messages == seen.count)
                let selection = try await account.select(inbox, readOnly: false)
                #expect(selection.uidNext == 251 + skipped)
                selection.close()
                #expect(try await SnapshotTests.seen(user, in: store) == seen)
            }
        }
    }

    @Test("The log gives no more numbers ahead of the rows than an end skips") func bound() async throws {
        let tenant = try await TestTenant.make()
        let ann = try await tenant.user("ann")
        try await tenant.withStore { store in
            let account = try await store.account(of: ann)
            _ = try await store.quota(of: ann)
            let inbox = try mailbox("INBOX", of: account)
            let many = (0..<Int(skipped)).map { _ in NewMessage(bytes: message(50)) }
            await #expect(throws: StoreError.limitReached(reason: "more than \(skipped) messages at once")) {
                _ = try await account.append(many + many.prefix(1), to: inbox)
            }
            let (waiting, told) = try await tenant.withoutCommits {
                let told = try await account.append(many, to: inbox).uids.last
                let waiting = Task.immediate { try await account.append([NewMessage(bytes: message())], to: inbox) }
                // Another mailbox has room.
                _ = try await account.append([NewMessage(bytes: message())], to: try mailbox("Sent", of: account))
                try await tenant.waitForBlockedTransaction()
                #expect(inbox.uidNext == 1 + skipped)
                return (waiting, told)
            }
            #expect(told == skipped)
            #expect(try await waiting.value.uids == [1 + skipped])
        }
        #expect(try await tenant.count("messages") == Int64(skipped) + 2)
    }
}

extension TestTenant {
    /// Whether its worker may be ahead of the rows, and how many ended so.
    var lease: String {
        get async throws {
            let result = try await server.pool.query(
                "SELECT may_be_ahead || ' ' || unclean_ends FROM leases WHERE tenant_id = $1", [.int8(id)])
            return try result.first?.text(0) ?? ""
        }
    }
}
