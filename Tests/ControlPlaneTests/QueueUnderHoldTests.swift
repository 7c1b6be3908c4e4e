import AdminAPI
import Postgres
import Runtime
import Testing

@testable import ControlPlane

/// What `queue delete` refuses, before the relay is asked.
@Suite("Deleting queued mail", .serialized, .timeLimit(.minutes(2))) @EventLoopActor struct QueueUnderHoldTests {
    /// With ann, bob and the shared mailbox desk, and a message of each reverse-path, numbered from 1 on.
    private func platform(_ senders: String...) async throws -> TestPlatform {
        let platform = try await TestPlatform()
        try await platform.owner.script(
            """
            INSERT INTO domain_aliases SELECT tenant_id, domain_id, 'also.example' FROM domains;
            INSERT INTO users (tenant_id, domain_id, local_part, shared) SELECT tenant_id, domain_id, v.name, v.shared
                FROM domains, (VALUES ('ann', false), ('bob', false), ('desk', true)) AS v (name, shared)
            """)
        for (number, sender) in zip(1..., senders) {
            _ = try await platform.owner.query(
                """
                WITH message AS (
                    INSERT INTO queue_messages
                        (tenant_id, queue_id, delivery_id, reverse_path, blob_segment, blob_offset, blob_length, size, expires_at)
                    VALUES ($1, $2, 'x', $3, 0, 0, 1, 5, now()) RETURNING tenant_id, queue_id)
                INSERT INTO queue_recipients (tenant_id, queue_id, recipient_id, address) SELECT *, 1, 'x@far.example' FROM message
                """, [.int8(platform.tenant), .int8(Int64(number)), .text(sender)])
        }
        return platform
    }

    private func refused(_ platform: TestPlatform, _ numbers: ClosedRange<Int64>) async throws -> [Int64] {
        var refused: [Int64] = []
        for number in numbers {
            do {
                try await platform.calls().checkMayDelete([number])
            } catch let error as AdminError where error.code == .conflict {
                refused.append(number)
            }
        }
        return refused
    }

    private func hold(_ target: String, _ platform: TestPlatform) async throws {
        _ = try await platform.calls().setHold(platform.request(NewHold(reason: "case 7"), ["target": target]))
    }

    private func release(_ target: String, _ platform: TestPlatform) async throws {
        _ = try await platform.calls().releaseHold(platform.request(Nothing(), ["target": target]))
    }

    @Test("Mail that may be of whom a hold is on is kept") func held() async throws {
        let platform = try await platform(
            "ann@acme.example", "ANN+lists@also.example", "bob@acme.example", "desk@acme.example", "info@acme.example", "x@far.example", "")
        #expect(try await refused(platform, 1...7) == [])
        try await hold("ann@acme.example", platform)
        #expect(try await refused(platform, 1...7) == [1, 2, 4, 5, 6, 7], "who sent it as desk or info, or has it sent on, is not known")
        _ = try await platform.calls().deleteUser(platform.request(Nothing(), ["address": "ann@acme.example"]))
        #expect(try await refused(platform, 1...7) == [1, 2, 4, 5, 6, 7], "deleted or not")
        try await release("ann@acme.example", platform)
        try await hold("acme.example", platform)
        #expect(try await refused(platform, 1...7) == [1, 2, 3, 4, 5, 6, 7])
        try await release("acme.example", platform)
        try await hold("acme", platform)
        #expect(try await refused(platform, 1...7) == [1, 2, 3, 4, 5, 6, 7])
        let error = await #expect(throws: AdminError.self) { try await platform.calls().checkMayDelete([6, 7]) }
        #expect(error?.message == "Message 6 cannot be deleted: there is a legal hold on acme, and the message may be under it.")
        await platform.close()
    }

    @Test("A message of another tenant is not there, whatever its number; one's own is asked of the relay") func foreign() async throws {
        let platform = try await platform("ann@acme.example")
        let made = try await platform.owner.query("INSERT INTO tenants (name) VALUES ('other') RETURNING tenant_id")
        let other = try #require(try made.first?.int8(0))
        func delete(_ tenant: Int64, _ name: String) async throws -> AdminError? {
            let part = AdministeredPart(tenant: tenant, tenantName: try TenantName(name), domain: nil, domainName: nil)
            let calls = platform.calls().confined(to: DatabaseFence(reach: .part(part))), request = platform.request(Nothing(), ["id": "1"])
            return await #expect(throws: AdminError.self) { _ = try await calls.deleteQueued(request) }
        }
        #expect(try await delete(other, "other")?.code == .notFound)
        #expect(try await delete(platform.tenant, "acme")?.message == "The relay is not running.")
        try await hold("ann@acme.example", platform)
        #expect(try await delete(platform.tenant, "acme")?.code == .conflict)
        #expect(try await delete(other, "other")?.code == .notFound)
        await platform.close()
    }
}
