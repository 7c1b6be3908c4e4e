import MailStore
import Postgres
import Runtime
import TestSupport
import Testing

/// Entering the blob log again and again, whatever became of earlier attempts, leads to the same rows.
@Suite("Replay of the blob log", .serialized) @EventLoopActor struct ReplayTests {
    /// A log that nobody has entered: each message is to a mailbox that is gone, to a user who is gone, and to two or three more.
    struct Prepared {
        let tenant: TestTenant
        let users: [Int64]
        /// What was told of each message: outcomes in the order of its recipients.
        let told: [[DeliveryOutcome]]
        /// The rows after a replay that nothing disturbed.
        let undisturbed: [String]
    }

    private static let prepared = Task { try await prepare() }
    private static let messages = 420

    /// The places among the users of the one whose mailbox is gone, and of the one who is gone.
    private static let homeless = 0, gone = 2

    private static func recipients(of number: Int, among users: [Int64]) -> [Int64] {
        Array(users.prefix(number.isMultiple(of: 3) ? 6 : 5))
    }

    private static func prepare() async throws -> Prepared {
        let tenant = try await TestTenant.make(on: try await TestTenant.Server.disturbable())
        var users: [Int64] = []
        for name in ["ann", "bob", "carol", "dave", "eve", "frank"] { users.append(try await tenant.user(name)) }
        try await tenant.withStore { [users] store in
            for user in users { _ = try await store.account(of: user) }
            try await store.account(of: users[homeless]).create("Work")
        }
        let told = try await dying(tenant) { [users] store in
            let deliveries = (0..<messages).map { number in
                Task {
                    await store.deliver(Delivery(
                        id: deliveryID(), isFirstAttempt: true, reversePath: "a@b.example", bytes: message(100 + number),
                        recipients: recipients(of: number, among: users).map {
                            DeliveryRecipient(user: $0, mailbox: $0 == users[homeless] ? "Work" : "INBOX")
                        }))
                }
            }
            var told: [[DeliveryOutcome]] = []
            for delivery in deliveries { told.append(await delivery.value) }
            return told
        }
        _ = try await tenant.server.pool.query("DELETE FROM mailboxes WHERE tenant_id = $1 AND name = 'Work'", [.int8(tenant.id)])
        try await tenant.delete(user: users[gone])
        try await tenant.forgetReplay()
        try await tenant.withStore { _ in }
        return Prepared(tenant: tenant, users: users, told: told, undisturbed: try await tenant.rows())
    }

    @Test("What was told is in the rows; what was for a mailbox that is gone is in INBOX, once") func undisturbed() async throws {
        let prepared = try await Self.prepared.value
        let messages = prepared.undisturbed.filter { $0.hasPrefix("message") }
        let rows = Set(messages.map { $0.split(separator: " ").prefix(5).joined(separator: " ") })
        var expected: Set<String> = []
        for (number, outcomes) in prepared.told.enumerated() {
            #expect(outcomes.allSatisfy { $0.isStored })
            for (index, outcome) in outcomes.enumerated() where index != Self.homeless && index != Self.gone {
                guard case .stored(let mailbox, let uid) = outcome else { continue }
                expected.insert("message \(prepared.users[index]) \(mailbox) \(uid) \(100 + number)")
            }
        }
        #expect(expected.count == 3 * Self.messages + Self.messages / 3 && expected.isSubset(of: rows))
        let others = rows.subtracting(expected)
        #expect(others.count == Self.messages && others.allSatisfy { $0.hasPrefix("message \(prepared.users[Self.homeless]) ") })
        #expect(Set(others.compactMap { $0.split(separator: " ").last }).count == Self.messages)
        #expect(prepared.undisturbed.filter { $0.hasPrefix("delivery") }.count == messages.count)
    }

    @Test("A replay that is disturbed at any commit ends as one that is not", arguments: ReplayFault.allCases)
    func disturbed(_ fault: ReplayFault) async throws {
        let prepared = try await Self.prepared.value
        let tenant = prepared.tenant
        var victim = 0, commits = 0, begun = 0
        repeat {
            victim += 1
            try await tenant.forgetReplay()
            try await tenant.server.disturb(commit: victim, fault)
            let cutter = Task { if fault != .cut { try await tenant.server.cutUnanswered(of: tenant.role) } }
            let store = try? await tenant.open()
            cutter.cancel()
            _ = await cutter.result
            commits = try await tenant.server.leaveAlone()
            if store == nil { begun += try await tenant.begunRecords() }
            #expect((store == nil) == (fault != .lives && commits >= victim), "commit \(victim) of \(commits)")
            await store?.close()
            try await tenant.withStore { _ in }
            let difference = Set(try await tenant.rows()).symmetricDifference(prepared.undisturbed)
            #expect(difference == [], "disturbed at commit \(victim) of \(commits)")
        } while commits >= victim
        // At least one for each portion, and one that says that it is done.
        #expect(victim > 4)
        #expect(fault == .lives || begun > 0, "no transaction ended within a message")
    }
}

extension TestTenant {
    /// Everything is as if nobody had entered anything of the log: its worker has just died.
    fileprivate func forgetReplay() async throws {
        try await server.pool.script("""
            DELETE FROM messages WHERE tenant_id = \(id); DELETE FROM deliveries WHERE tenant_id = \(id);
            DELETE FROM user_usage WHERE tenant_id = \(id); DELETE FROM domain_usage WHERE tenant_id = \(id);
            DELETE FROM tenant_usage WHERE tenant_id = \(id);
            UPDATE mailboxes SET uidnext = 1, highestmodseq = 1, edited_modseq = 1, unclean_ends = 0 WHERE tenant_id = \(id);
            UPDATE leases SET log_segment = 0, log_offset = 0, unclean_ends = 0, may_be_ahead = true WHERE tenant_id = \(id)
            """)
    }

    /// Records of which some places are entered, and not all.
    fileprivate func begunRecords() async throws -> Int {
        Int(try await server.number(
            """
            SELECT count(*) FROM (
                SELECT 1 FROM messages WHERE tenant_id = $1 GROUP BY blob_segment, blob_offset HAVING count(*) < 4) begun
            """, [.int8(id)]))
    }

    /// All that a replay makes.
    fileprivate func rows() async throws -> [String] {
        let result = try await server.pool.query("""
            SELECT 'message ' || concat_ws(' ', user_id, mailbox_id, uid, size, modseq, flags, blob_segment, blob_offset)
            FROM messages JOIN mailboxes USING (tenant_id, mailbox_id) WHERE tenant_id = $1
            UNION ALL SELECT 'mailbox ' || concat_ws(' ', mailbox_id, uidnext, highestmodseq, edited_modseq) FROM mailboxes
            WHERE tenant_id = $1
            UNION ALL SELECT 'delivery ' || concat_ws(' ', user_id, encode(delivery_id, 'hex')) FROM deliveries WHERE tenant_id = $1
            UNION ALL SELECT 'user ' || concat_ws(' ', user_id, bytes, messages) FROM user_usage WHERE tenant_id = $1
            UNION ALL SELECT 'domain ' || concat_ws(' ', domain_id, bytes, messages) FROM domain_usage WHERE tenant_id = $1
            UNION ALL SELECT 'tenant ' || concat_ws(' ', bytes, messages) FROM tenant_usage WHERE tenant_id = $1
            UNION ALL SELECT 'log ' || concat_ws(' ', log_segment, log_offset, may_be_ahead) FROM leases WHERE tenant_id = $1
            ORDER BY 1
            """, [.int8(id)])
        var rows: [String] = []
        for row in result.rows { rows.append(try row.text(0)) }
        return rows
    }
}
