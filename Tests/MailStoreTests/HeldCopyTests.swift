import MailStore
import Postgres
import Runtime
import Testing

/// What a legal hold keeps, copied to where others can read it.
@Suite("Copies of what is held") struct HeldCopyTests {
    private static let folder = "ann@acme.example 2026-05-04T03:02:01Z"

    private struct Held {
        let tenant: TestTenant
        let ann: Int64, desk: Int64

        static func text(_ day: Int) -> [UInt8] { message(300 + day, "Day \(day)") }
        static func moment(_ day: Int) -> Int64 { Int64(day) * 86_400 }

        func copying(
            of user: Int64? = nil, since: Int? = nil, before: Int? = nil, all: Bool = false, trial: Bool = false,
            into folder: String = HeldCopyTests.folder
        ) -> HeldCopying {
            HeldCopying(
                sources: [.init(user: user ?? ann, folder: folder)], target: desk, since: since.map(Self.moment),
                before: before.map(Self.moment), includesPresent: all, isTrial: trial)
        }
    }

    /// With Ann, who is held, and has expunged three of four messages; afterwards usage is what the messages sum up to.
    @discardableResult @EventLoopActor
    private func withHeld(_ body: @EventLoopActor (Held, TenantStore) async throws -> Void) async throws -> Held {
        let tenant = try await TestTenant.make()
        let held = Held(tenant: tenant, ann: try await tenant.user("ann"), desk: try await tenant.shared("desk"))
        try await tenant.withStore { store in
            let account = try await store.account(of: held.ann)
            let letters: [(day: Int, flags: MessageFlags, keywords: [String])] = [
                (3, .flagged, ["Work"]), (1, [], []), (2, .seen, []), (9, [], []),
            ]
            for letter in letters {
                let message = NewMessage(
                    bytes: Held.text(letter.day), flags: letter.flags, keywords: letter.keywords, internalDate: Held.moment(letter.day))
                _ = try await account.append([message], to: try mailbox("INBOX", of: account))
            }
            try await store.commitRows()
            try await tenant.hold(user: held.ann)
            let (_, selection) = try await inbox(held.ann, in: store)
            _ = try await selection.store([1, 2, 3], .add, flags: .deleted, keywords: [])
            try await selection.expunge()
            selection.close()
            try await body(held, store)
        }
        return held
    }

    /// Days of the messages in the folder, in their order.
    @EventLoopActor
    private func days(_ name: String = Self.folder, of user: Int64, in store: TenantStore) async throws -> [Int] {
        let account = try await store.account(of: user)
        let selection = try await account.select(try mailbox(name, of: account), readOnly: true)
        defer { selection.close() }
        var days: [Int] = []
        for uid in selection.uids {
            let info = try #require(selection.info(uid))
            let day = Int(info.internalDate / 86_400)
            #expect(try await selection.bytes(of: uid) == Held.text(day))
            #expect(info.size == Int64(300 + day))
            days.append(day)
        }
        return days
    }

    @EventLoopActor
    private func folders(_ held: Held, in store: TenantStore) async throws -> [String] {
        try await store.account(of: held.desk).mailboxes.map(\.name).filter { $0.contains("@") }
    }

    @Test("They have octets, dates, flags and keywords of what was removed; that stays as it is, and so does its user's mailbox")
    @EventLoopActor func copied() async throws {
        try await withHeld { held, store in
            let before = try await held.tenant.heldRows()
            #expect(try await store.copyHeld(held.copying()) == .copied([QuotaUsage(bytes: 906, messages: 3)]))
            #expect(try await days(of: held.desk, in: store) == [1, 2, 3])
            let account = try await store.account(of: held.desk)
            let selection = try await account.select(try mailbox(Self.folder, of: account), readOnly: true)
            #expect(selection.uids == [1, 2, 3])
            #expect(selection.uids.compactMap { selection.info($0)?.flags } == [[], .seen, .flagged], "and none has \\Deleted")
            #expect(selection.uids.compactMap { selection.info($0)?.keywords } == [[], [], ["Work"]])
            selection.close()
            #expect(try await held.tenant.heldRows() == before && before.count == 3)
            let (_, own) = try await inbox(held.ann, in: store)
            #expect(own.uids == [4])
            own.close()
            #expect(try await store.quota(of: held.desk).map(\.usage.messages) == [3, 4, 4])
            #expect(try await store.quota(of: held.ann).first?.usage == QuotaUsage(bytes: 309, messages: 1))
        }
    }

    @Test("The next worker has them too, and mail that comes into the folder gets the next UID") @EventLoopActor func kept() async throws {
        let held = try await withHeld { held, store in _ = try await store.copyHeld(held.copying()) }
        try await held.tenant.withStore { store in
            #expect(try await days(of: held.desk, in: store) == [1, 2, 3])
            let account = try await store.account(of: held.desk)
            let outcome = try await account.append([NewMessage(bytes: message())], to: try mailbox(Self.folder, of: account))
            #expect(outcome.uids == [4])
        }
    }

    static let periods: [(Int?, Int?, Bool, [Int])] = [
        (2, nil, false, [2, 3]), (nil, 3, false, [1, 2]), (2, 3, false, [2]), (nil, nil, true, [1, 2, 3, 9]), (3, nil, true, [3, 9]),
        (4, nil, false, []), (nil, 1, true, []),
    ]
    @Test("Of a time alone, and with what the user still has", arguments: periods) @EventLoopActor
    func ofATime(since: Int?, before: Int?, all: Bool, expected: [Int]) async throws {
        try await withHeld { held, store in
            let outcome = try await store.copyHeld(held.copying(since: since, before: before, all: all))
            let octets = expected.reduce(0) { $0 + Held.text($1).count }
            #expect(outcome == .copied([QuotaUsage(bytes: Int64(octets), messages: Int64(expected.count))]))
            guard !expected.isEmpty else { return #expect(try await folders(held, in: store).isEmpty) }
            #expect(try await days(of: held.desk, in: store) == expected)
        }
    }

    @Test("Two copyings are two folders, and a folder that is there is not added to") @EventLoopActor func twice() async throws {
        try await withHeld { held, store in
            _ = try await store.copyHeld(held.copying())
            for trial in [true, false] {
                await #expect(throws: StoreError.mailboxExists) { try await store.copyHeld(held.copying(all: true, trial: trial)) }
            }
            _ = try await store.copyHeld(held.copying(all: true, into: "again"))
            #expect(try await days(of: held.desk, in: store) == [1, 2, 3])
            #expect(try await days("again", of: held.desk, in: store) == [1, 2, 3, 9])
            #expect(try await store.quota(of: held.desk).first?.usage.messages == 7)
        }
    }

    @Test("Several users have a folder each, and all come together or not at all") @EventLoopActor func several() async throws {
        try await withHeld { held, store in
            let bob = try await held.tenant.user("bob"), carl = try await held.tenant.user("carl")
            #expect(await store.deliver(delivery(message(200), to: bob)).first.isStored)
            try await held.tenant.hold(user: bob)
            try await held.tenant.hold(user: carl)
            // Bob is deleted, and kept for his hold.
            try await store.commitRows()
            try await held.tenant.setDeleted(true, user: bob)
            store.directoryChanged()
            func copying(_ name: String) -> HeldCopying {
                HeldCopying(
                    sources: [.init(user: held.ann, folder: "a"), .init(user: bob, folder: name), .init(user: carl, folder: "c")],
                    target: held.desk, includesPresent: true)
            }
            await #expect(throws: StoreError.mailboxExists) { try await store.copyHeld(copying("INBOX")) }
            #expect(try await store.account(of: held.desk).mailbox(named: "a") == nil)
            #expect(
                try await store.copyHeld(copying("b")) == .copied([
                    QuotaUsage(bytes: 1_215, messages: 4), QuotaUsage(bytes: 200, messages: 1), QuotaUsage(),
                ]))
            let account = try await store.account(of: held.desk)
            #expect(["a", "b", "c"].map { account.mailbox(named: $0) != nil } == [true, true, false])
            try await held.tenant.setDeleted(false, user: bob)
            try await store.alignUsage()
        }
    }

    static let places = ["NULL, NULL", "DOMAIN, NULL", "NULL, USER"]
    @Test("A hold on the user, the domain or the tenant is asked for, and without one nothing is read", arguments: places)
    @EventLoopActor func holds(place: String) async throws {
        try await withHeld { held, store in
            _ = try await held.tenant.server.pool.query("DELETE FROM holds WHERE tenant_id = $1", [.int8(held.tenant.id)])
            #expect(try await store.copyHeld(held.copying(all: true)) == .copied([QuotaUsage()]))
            let bob = try await held.tenant.user("bob")
            try await held.tenant.hold(user: bob)
            #expect(try await store.copyHeld(held.copying(all: true)) == .copied([QuotaUsage()]), "another's hold")
            #expect(try await folders(held, in: store).isEmpty)
            let keys = place.replacing("DOMAIN", with: "\(held.tenant.domain)").replacing("USER", with: "\(held.ann)")
            _ = try await held.tenant.server.pool.query(
                "INSERT INTO holds (tenant_id, domain_id, user_id, reason, set_by) VALUES ($1, \(keys), 'lawsuit', 'root')",
                [.int8(held.tenant.id)])
            #expect(try await store.copyHeld(held.copying()) == .copied([QuotaUsage(bytes: 906, messages: 3)]))
        }
    }

    struct Limit: Sendable {
        let table: String, column: String
        let value: Int64
        var refusal: QuotaRefusal?

        init(_ table: String, _ column: String, _ value: Int64, _ refusal: QuotaRefusal? = nil) {
            (self.table, self.column, self.value, self.refusal) = (table, column, value, refusal)
        }
    }
    /// Stored are 309 octets in one message; copied are 906 in three.
    static let limits = [
        Limit("users", "quota_bytes", 905, QuotaRefusal(scope: .user, resource: .bytes, used: 0, limit: 905)),
        Limit("users", "quota_bytes", 906),
        Limit("users", "quota_messages", 2, QuotaRefusal(scope: .user, resource: .messages, used: 0, limit: 2)),
        Limit("users", "quota_messages", 3),
        Limit("domains", "quota_messages", 3, QuotaRefusal(scope: .domain, resource: .messages, used: 1, limit: 3)),
        Limit("domains", "quota_messages", 4),
        Limit("tenants", "quota_bytes", 1_214, QuotaRefusal(scope: .tenant, resource: .bytes, used: 309, limit: 1_214)),
        Limit("tenants", "quota_bytes", 1_215),
    ]
    @Test("What has no room at some level is refused whole, tried or done; what fits to the last octet is copied", arguments: limits)
    @EventLoopActor func full(limit: Limit) async throws {
        try await withHeld { held, store in
            _ = try await held.tenant.server.pool.query(
                "UPDATE \(limit.table) SET \(limit.column) = $2 WHERE tenant_id = $1\(limit.table == "users" ? " AND shared" : "")",
                [.int8(held.tenant.id), .int8(limit.value)])
            store.directoryChanged()
            let needed = QuotaUsage(bytes: 906, messages: 3)
            let expected = limit.refusal.map { HeldCopying.Outcome.overQuota($0, needed: needed) } ?? .copied([needed])
            let refusals = store.quotaRefusals
            #expect(try await store.copyHeld(held.copying(trial: true)) == expected)
            #expect(store.quotaRefusals == refusals, "who only asks is not refused")
            #expect(try await folders(held, in: store).isEmpty)
            #expect(try await store.copyHeld(held.copying()) == expected)
            #expect(try await folders(held, in: store) == (limit.refusal == nil ? [Self.folder] : []))
            let usage = try await store.quota(of: held.desk).map(\.usage)
            #expect(usage.first == (limit.refusal == nil ? needed : QuotaUsage()))
            // Nothing is left reserved: one message more fits exactly where none was copied.
            #expect(try await (store.check(user: held.desk, size: 1) == nil) == (limit.refusal != nil))
        }
    }

    @Test("Copies and deliveries at the same time fill the quota exactly") @EventLoopActor func exactness() async throws {
        try await withHeld { held, store in
            _ = try await held.tenant.server.pool.query(
                "UPDATE users SET quota_messages = 10 WHERE tenant_id = $1 AND shared", [.int8(held.tenant.id)])
            store.directoryChanged()
            let copies = (0..<5).map { number in Task { try? await store.copyHeld(held.copying(into: "copy \(number)")) } }
            let stored = await deliverTogether((0..<10).map { _ in delivery(message(300), to: held.desk) }, in: store).filter(\.isStored)
            var copied = 0
            for task in copies { if case .copied = await task.value { copied += 3 } }
            let usage = try await store.quota(of: held.desk).first?.usage.messages
            #expect(usage == Int64(copied + stored.count) && copied + stored.count <= 10 && copied + stored.count >= 8)
            for _ in 0..<(10 - copied - stored.count) {
                #expect(await store.deliver(delivery(message(300), to: held.desk)).first.isStored)
            }
            #expect(try await store.check(user: held.desk, size: 1)?.scope == .user)
        }
    }

    @Test("Another tenant's mailbox takes none, and another tenant's user gives none") @EventLoopActor func otherTenant() async throws {
        let other = try await TestTenant.make()
        let foreign = try await other.shared("desk"), eve = try await other.user("eve")
        try await other.withStore { store in
            #expect(await store.deliver(delivery(message(), to: eve)).first.isStored)
            try await store.commitRows()
        }
        try await other.hold(user: eve)
        try await withHeld { held, store async throws in
            await #expect(throws: StoreError.noSuchUser) {
                try await store.copyHeld(HeldCopying(sources: [.init(user: held.ann, folder: "x")], target: foreign))
            }
            #expect(try await store.copyHeld(held.copying(of: eve, all: true)) == .copied([QuotaUsage()]))
            #expect(try await folders(held, in: store).isEmpty)
        }
    }

    @Test("More than one copying takes is refused before it is read") @EventLoopActor func tooMany() async throws {
        try await withHeld { held, store in
            _ = try await held.tenant.server.pool.query(
                """
                INSERT INTO held_messages (tenant_id, user_id, mailbox_id, uid, mailbox, flags, keywords, internal_date, saved_at, size,
                    blob_segment, blob_offset, blob_length)
                SELECT $1, $2, 999999999, n, 'INBOX', 0, '{}', now(), now(), 1, 1, 1, 1 FROM generate_series(1, $3) n
                """, [.int8(held.tenant.id), .int8(held.ann), .int8(StoreLimits.messagesPerHeldCopy - 2)])
            let needed = QuotaUsage(bytes: StoreLimits.messagesPerHeldCopy + 904, messages: StoreLimits.messagesPerHeldCopy + 1)
            #expect(try await store.copyHeld(held.copying()) == .tooMany(needed: needed))
            #expect(try await folders(held, in: store).isEmpty)
            #expect(try await store.copyHeld(held.copying(before: 10)) == .copied([QuotaUsage(bytes: 906, messages: 3)]))
        }
    }

    @Test("What its members do to the copies, held as they may be, leaves what is held of the user") @EventLoopActor func membersChange()
        async throws
    {
        try await withHeld { held, store in
            _ = try await store.copyHeld(held.copying())
            let before = try await held.tenant.heldRows()
            let account = try await store.account(of: held.desk)
            try await account.delete(Self.folder)
            #expect(try await held.tenant.heldRows() == before)
            #expect(try await store.copyHeld(held.copying()) == .copied([QuotaUsage(bytes: 906, messages: 3)]))
            #expect(try await days(of: held.desk, in: store) == [1, 2, 3])
        }
    }
}

extension TestTenant {
    func hold(user: Int64) async throws {
        _ = try await server.pool.query(
            "INSERT INTO holds (tenant_id, domain_id, user_id, reason, set_by) VALUES ($1, NULL, $2, 'lawsuit', 'root')",
            [.int8(id), .int8(user)])
    }

    /// All of them, as text.
    fileprivate func heldRows() async throws -> [String] {
        try await server.pool.query("SELECT h::text FROM held_messages h WHERE tenant_id = $1 ORDER BY 1", [.int8(id)])
            .rows.map { try $0.text(0) }
    }
}
