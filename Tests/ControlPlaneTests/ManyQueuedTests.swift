import AdminAPI
import Postgres
import Runtime
import Testing

@testable import ControlPlane

/// Commands on many queued messages, as far as the relay's part; no relay runs here.
@Suite("Many queued messages", .serialized, .timeLimit(.minutes(2))) @EventLoopActor struct ManyQueuedTests {
    /// Makes messages with these recipients.
    /// - Returns: their numbers.
    @discardableResult
    private func queue(
        _ platform: TestPlatform, of tenant: Int64? = nil, held: Bool = false, _ recipients: [(String, String)], count: Int64 = 1
    ) async throws -> [Int64] {
        try await platform.owner.query(
            """
            WITH made AS (
                INSERT INTO queue_messages (
                    tenant_id, queue_id, delivery_id, reverse_path, blob_segment, blob_offset, blob_length, size, expires_at, held)
                SELECT $1, n + (SELECT coalesce(max(queue_id), 0) FROM queue_messages), 'd' || n, '', 0, 0, 1, 1,
                    now() + interval '1 day', $2 FROM generate_series(1, $3) n RETURNING *),
            addressed AS (
                INSERT INTO queue_recipients (tenant_id, queue_id, recipient_id, address, state)
                SELECT tenant_id, queue_id, r.n, r.address, r.state
                FROM made, unnest($4::text[], $5::text[]) WITH ORDINALITY AS r (address, state, n))
            SELECT queue_id FROM made ORDER BY 1
            """,
            [
                .int8(tenant ?? platform.tenant), .bool(held), .int8(count), .textArray(recipients.map(\.0)),
                .textArray(recipients.map(\.1)),
            ]
        ).rows.map { try $0.int8(0) }
    }

    private func request(_ platform: TestPlatform, _ selection: QueueSelection = QueueSelection()) -> AdminRequest<QueueSelection> {
        platform.request(selection, [:])
    }

    @Test("Released are those that are held, tried and held those that are not, and deleted all; those to a domain alone, if one is named")
    func selected() async throws {
        let platform = try await TestPlatform(), calls = platform.calls()
        let waiting = try await queue(
            platform, [("a@One.example", "waiting"), ("b@two.example", "waiting"), ("c@two.example", "delivered")])
        let held = try await queue(platform, held: true, [("a@one.example", "waiting"), ("b@gr\u{fc}n.example", "waiting")])
        let done = try await queue(platform, held: true, [("a@one.example", "delivered"), ("b@notone.example", "waiting")])
        func first(_ selection: QueueSelection = QueueSelection()) async throws -> [QueueBatch] {
            let request = request(platform, selection)
            return try await calls.rehearsed { calls in
                [
                    try await calls.retryManyQueued(request), try await calls.releaseManyQueued(request),
                    try await calls.deleteManyQueued(request), try await calls.holdManyQueued(request),
                ]
            }
        }
        let all = try await first()
        #expect(all.map(\.messages) == [1, 2, 3, 1] && all.allSatisfy(\.isLast))
        #expect(all.map { $0.total?.messages } == [1, 2, 3, 1])
        #expect(all.map { $0.total?.recipients } == [2, 3, 5, 2], "who waits still")
        #expect(all[2].first?.number == waiting[0] && all[2].last?.number == done[0] && all[2].total?.upTo == all[2].last)
        for (domain, counts) in [
            ("one.example", [1, 1, 2, 1]), ("two.example", [1, 0, 1, 1]), ("xn--grn-ioa.example", [0, 1, 1, 0]),
            ("example.com", [0, 0, 0, 0]),
        ] {
            let found = try await first(QueueSelection(recipientDomain: try DomainName(domain)))
            #expect(found.map(\.messages) == counts && found.compactMap { $0.total?.messages } == counts, "\(domain)")
        }
        // Of what came since, nobody was told.
        let earlier = try await first(QueueSelection(upTo: try QueueID("\(held[0])")))
        #expect(earlier.map(\.messages) == [1, 1, 2, 1])
        let later = try await first(QueueSelection(after: try QueueID("\(waiting[0])")))
        #expect(later.map(\.messages) == [0, 2, 2, 0] && later.allSatisfy { $0.total == nil })
        await platform.close()
    }

    @Test("A list has those to a domain alone, whoever else they go to, as far as they are the caller's") func listed() async throws {
        let platform = try await TestPlatform(), calls = platform.calls()
        let made = try await platform.owner.query("INSERT INTO tenants (name) VALUES ('other') RETURNING tenant_id")
        let other = try #require(try made.first?.int8(0)), acme = try TenantName("acme")
        let both = try await queue(platform, [("a@One.example", "waiting"), ("b@two.example", "waiting")])
        let held = try await queue(platform, held: true, [("b@gr\u{fc}n.example", "waiting"), ("c@two.example", "delivered")])
        let theirs = try await queue(platform, of: other, [("a@one.example", "waiting")])
        let part = AdministeredPart(tenant: platform.tenant, tenantName: acme, domain: nil, domainName: nil)
        for (query, all, own) in [
            ([:], both + held + theirs, both + held), (["recipientDomain": "one.example"], both + theirs, both),
            (["recipientDomain": "TWO.example"], both, both), (["recipientDomain": "xn--grn-ioa.example"], held, held),
            (["recipientDomain": "n.example"], [], []), (["recipientDomain": "one.example", "tenant": "other"], theirs, nil),
        ] as [([String: String], [Int64], [Int64]?)] {
            let request = platform.request(Nothing(), [:], query: query)
            let found = try await calls.listQueue(request)
            #expect(Set(found.map(\.id)) == Set(all), "\(query)")
            guard let own else {
                await #expect(throws: AdminError.self) { try await calls.confined(to: part).listQueue(request) }
                continue
            }
            #expect(Set(try await calls.confined(to: part).listQueue(request).map(\.id)) == Set(own), "\(query)")
        }
        let request = platform.request(Nothing(), [:], query: ["recipientDomain": "two.example"])
        let entry = try #require(try await calls.listQueue(request).first)
        #expect(entry.recipients.map(\.address) == ["a@One.example", "b@two.example"], "with all its recipients")
        let nonsense = platform.request(Nothing(), [:], query: ["recipientDomain": "no domain"])
        await #expect(throws: AdminError.self) { try await calls.listQueue(nonsense) }
        await platform.close()
    }

    @Test("A page has so many, and the next one goes on behind it") func pages() async throws {
        let platform = try await TestPlatform(), calls = platform.calls()
        let numbers = try await queue(platform, [("a@one.example", "waiting")], count: Int64(QueueSelection.pageSize) + 2)
        var selection = QueueSelection()
        let first = try await calls.rehearsed { [request = request(platform, selection)] in try await $0.deleteManyQueued(request) }
        #expect(first.messages == QueueSelection.pageSize && !first.isLast && first.total?.messages == numbers.count)
        (selection.after, selection.upTo) = (first.last, first.total?.upTo)
        let second = try await calls.rehearsed { [request = request(platform, selection)] in try await $0.deleteManyQueued(request) }
        #expect(second.messages == 2 && second.isLast && second.last?.number == numbers.last)
        #expect(try await platform.owner.query("SELECT 1 FROM queue_messages").rows.count == numbers.count, "they were only tried")
        await platform.close()
    }

    @Test("An administrator of a tenant reaches its queue alone, whatever is asked for") func reach() async throws {
        let platform = try await TestPlatform()
        let made = try await platform.owner.query("INSERT INTO tenants (name) VALUES ('other') RETURNING tenant_id")
        let other = try #require(try made.first?.int8(0)), acme = try TenantName("acme")
        let mine = try await queue(platform, [("a@one.example", "waiting")])
        try await queue(platform, of: other, [("a@one.example", "waiting")], count: 3)
        let part = AdministeredPart(tenant: platform.tenant, tenantName: acme, domain: nil, domainName: nil)
        let calls = platform.calls(), confined = calls.confined(to: DatabaseFence(reach: .part(part)))
        for (selection, count) in [(QueueSelection(), 4), (QueueSelection(tenant: acme), 1)] {
            let request = request(platform, selection)
            let all = try await calls.rehearsed { try await $0.deleteManyQueued(request) }
            #expect(all.messages == count)
            let found = try await confined.rehearsed { try await $0.deleteManyQueued(request) }
            #expect(found.messages == 1 && found.last?.number == mine[0] && found.total?.messages == 1)
        }
        let theirs = QueueSelection(tenant: try TenantName("other"))
        #expect(theirs.subjects == [.tenant(try TenantName("other"))], "which is asked for before anything else")
        await #expect(throws: AdminError.self) {
            try await confined.rehearsed { [request = request(platform, theirs)] in try await $0.deleteManyQueued(request) }
        }
        await platform.close()
    }

    @Test("The relay is never asked for none, which would mean all") func none() async throws {
        let platform = try await TestPlatform(), calls = platform.calls()
        try await queue(platform, [("a@one.example", "waiting")])
        let elsewhere = request(platform, QueueSelection(recipientDomain: try DomainName("two.example")))
        #expect(try await calls.deleteManyQueued(elsewhere).messages == 0)
        #expect(try await calls.queue.command(.delete, []) == 0)
        let error = await #expect(throws: AdminError.self) { try await calls.deleteManyQueued(request(platform)) }
        #expect(error?.code == .unavailable, "the relay is asked, and is not there")
        await #expect(throws: AdminError.self) {
            try await calls.deleteManyQueued(request(platform, QueueSelection(tenant: try TenantName("nobody"))))
        }
        await platform.close()
    }

    @Test("What is recorded tells what was selected, and how many there were") func recorded() throws {
        let selection = QueueSelection(tenant: try TenantName("acme"), recipientDomain: try DomainName("one.example"))
        #expect(selection.told == "--all --tenant acme --recipient-domain one.example" && QueueSelection().told == "--all")
        var batch = QueueBatch()
        #expect(batch.auditedText == #"{"messages":[null,0]}"#)
        (batch.messages, batch.first, batch.last) = (2, try QueueID("7"), try QueueID("9"))
        #expect(batch.auditedText == #"{"first":[null,"7"],"last":[null,"9"],"messages":[null,2]}"#)
    }
}
