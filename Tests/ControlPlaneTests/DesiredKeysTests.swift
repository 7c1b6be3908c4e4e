import AdminAPI
import Postgres
import Runtime
import Testing

@testable import ControlPlane

@Suite("Keys of DKIM in desired states", .serialized, .timeLimit(.minutes(2))) @EventLoopActor struct DesiredKeysTests {
    private func desired(_ domains: [DesiredDomain]) throws -> DesiredState {
        .tenant(DesiredTenant(name: try TenantName("acme"), domains: domains))
    }

    /// As the shell has it done.
    private func apply(_ desired: DesiredState, _ platform: TestPlatform) async throws -> Int64? {
        let calls = platform.calls()
        let preview = try await calls.previewApply(platform.request(ApplyPreviewRequest(desired: desired), [:]))
        let request = ApplyRequest(desired: desired, fingerprint: preview.fingerprint)
        return try await calls.apply(platform.request(request, [:])).number
    }

    private func undo(_ number: Int64?, _ platform: TestPlatform) async throws -> Int64? {
        let calls = platform.calls(), path = ["number": "\(number ?? 0)"]
        let preview = try await calls.previewUndo(platform.request(Nothing(), path))
        return try await calls.undo(platform.request(UndoRequest(fingerprint: preview.fingerprint), path)).number
    }

    private func states(_ platform: TestPlatform) async throws -> [DKIMKey.State] {
        try await platform.calls().listDKIMKeys(platform.request(Nothing(), [:])).map(\.state)
    }

    @Test("A state that asks for keys has them made once; an undo takes them away as long as they wait") func madeAndUndone() async throws {
        let platform = try await TestPlatform(), new = try DomainName("new.example")
        let both = try desired([DesiredDomain(name: platform.domain, dkim: true), DesiredDomain(name: new, dkim: true)])
        let first = try await apply(both, platform)
        let keys = try await platform.calls().listDKIMKeys(platform.request(Nothing(), [:]))
        #expect(Set(keys.map(\.domain)) == [platform.domain, new] && keys.count == 4)
        #expect(Set(keys.map(\.algorithm)) == ["rsa-sha256", "ed25519-sha256"] && Set(keys.map(\.state)) == [.waiting])
        #expect(Set(keys.map(\.record.value)).count == 4, "each has its own")
        #expect(try await apply(both, platform) == nil, "nothing is left to do")
        let undone = try await undo(first, platform)
        #expect(try await states(platform) == [])
        _ = try await undo(undone, platform)
        #expect(try await states(platform).filter { $0 == .waiting }.count >= 2)
        await platform.close()
    }

    @Test("Keys that sign go on, whatever is applied and undone; retired ones count as none") func active() async throws {
        let platform = try await TestPlatform(), state = try desired([DesiredDomain(name: platform.domain, dkim: true)])
        let number = try await apply(state, platform)
        _ = try await platform.owner.query("UPDATE dkim_keys SET state = 'active'")
        #expect(try await undo(number, platform) == nil)
        #expect(try await apply(state, platform) == nil)
        #expect(try await apply(desired([DesiredDomain(name: platform.domain, dkim: false)]), platform) == nil)
        #expect(try await states(platform) == [.active, .active])
        _ = try await platform.owner.query("UPDATE dkim_keys SET state = 'retired'")
        _ = try await apply(state, platform)
        #expect(try await states(platform).sorted { $0.rawValue < $1.rawValue } == [.retired, .retired, .waiting, .waiting])
        await platform.close()
    }

    private func create(_ platform: TestPlatform) async throws {
        let calls = platform.calls(), request = platform.request(NewDKIMKeys(), ["name": platform.domain.text])
        _ = try await calls.createDKIMKeys(request, try await calls.newSigningKeys(request))
    }

    @Test("An undo takes away the keys that its apply made, and says that those stay which others made since")
    func othersStay() async throws {
        let platform = try await TestPlatform(), calls = platform.calls()
        func selectors() async throws -> Set<String> {
            Set(try await calls.listDKIMKeys(platform.request(Nothing(), [:])).map(\.selector.text))
        }
        let number = try await apply(desired([DesiredDomain(name: platform.domain, dkim: true)]), platform)
        let made = try await selectors()
        let before = try await calls.previewUndo(platform.request(Nothing(), ["number": "\(number ?? 0)"]))
        #expect(before.impact.keysLeft == [] && before.changes.count == 1)
        try await create(platform)
        let others = try await selectors().subtracting(made)
        #expect(made.count == 2 && others.count == 2)

        // What was shown before somebody made them is not what would be done now.
        let old = UndoRequest(fingerprint: before.fingerprint), path = ["number": "\(number ?? 0)"]
        let moved = await #expect(throws: AdminError.self) { try await calls.undo(platform.request(old, path)) }
        #expect(moved?.code == .conflict)
        let after = try await calls.previewUndo(platform.request(Nothing(), path))
        #expect(after.impact.keysLeft == [platform.domain.text] && after.changes.count == 1)
        #expect(try await undo(number, platform) != nil)
        #expect(try await selectors() == others)

        // The apply has none any more: nothing is left to do.
        let again = try await calls.previewUndo(platform.request(Nothing(), path))
        #expect(again.changes.isEmpty && again.impact.keysLeft == [platform.domain.text])
        #expect(try await undo(number, platform) == nil)
        #expect(try await selectors() == others)
        await platform.close()
    }

    @Test("Where a key signs, an undo speaks of no other") func othersBesideActive() async throws {
        let platform = try await TestPlatform(), calls = platform.calls()
        let number = try await apply(desired([DesiredDomain(name: platform.domain, dkim: true)]), platform)
        _ = try await platform.owner.query("UPDATE dkim_keys SET state = 'active'")
        try await create(platform)
        let preview = try await calls.previewUndo(platform.request(Nothing(), ["number": "\(number ?? 0)"]))
        #expect(preview.changes.isEmpty && preview.impact.keysLeft == [])
        #expect(preview.impact.keysSigning == [platform.domain.text], "that the apply's keys stay is told")
        #expect(try await states(platform).count == 4)
        await platform.close()
    }

    @Test("The keys of a further name are no part of the state") func aliases() async throws {
        let platform = try await TestPlatform(), state = try desired([DesiredDomain(name: platform.domain, dkim: true)])
        _ = try await apply(
            desired([DesiredDomain(name: platform.domain, aliases: [try DomainName("also.example")])]), platform)
        let calls = platform.calls()
        let request = platform.request(NewDKIMKeys(), ["name": "also.example"])
        _ = try await calls.createDKIMKeys(request, try await calls.newSigningKeys(request))
        let exported = try await calls.exportState(platform.request(Nothing(), ["name": "acme"]))
        #expect(exported.domains.map(\.dkim) == [nil])
        let number = try await apply(state, platform)
        #expect(try await states(platform).count == 4)
        _ = try await undo(number, platform)
        #expect(try await states(platform) == [.waiting, .waiting], "those of the further name")
        await platform.close()
    }

    @Test("What an apply took away with its keys can be made again, however much it is") func manyUndone() async throws {
        let platform = try await TestPlatform(), calls = platform.calls()
        _ = try await apply(desired((0...250).map { DesiredDomain(name: try DomainName("d\($0).example")) }), platform)
        _ = try await platform.owner.query(
            """
            INSERT INTO dkim_keys (tenant_id, domain_id, selector, algorithm, private_key, public_key, state)
            SELECT tenant_id, domain_id, 's', 'rsa-sha256', 'x', 'x', 'active' FROM domains
            """)
        let none = try desired([DesiredDomain(name: platform.domain)])
        let preview = try await calls.previewApply(platform.request(ApplyPreviewRequest(desired: none, prune: true), [:]))
        let request = ApplyRequest(desired: none, prune: true, fingerprint: preview.fingerprint)
        let number = try #require(try await calls.apply(platform.request(request, [:])).number)
        _ = try await platform.owner.query("DELETE FROM domains WHERE deleted_at IS NOT NULL")
        let undo = try await calls.previewUndo(platform.request(Nothing(), ["number": "\(number)"]))
        #expect(undo.changes.count == 251)
        await platform.close()
    }

    @Test("An apply that cannot be makes no keys: of too many domains, or where there are too many already") func refused() async throws {
        let platform = try await TestPlatform()
        let many = try (0...250).map { DesiredDomain(name: try DomainName("d\($0).example"), dkim: true) }
        let tooMany = await #expect(throws: AdminError.self) { try await apply(desired(many), platform) }
        #expect(tooMany?.code == .invalid && tooMany?.message.contains("251 domains") == true)
        _ = try await platform.owner.query(
            """
            INSERT INTO dkim_keys (tenant_id, domain_id, selector, algorithm, private_key, public_key, state)
            SELECT tenant_id, domain_id, 's' || n, 'rsa-sha256', 'x', 'x', 'retired' FROM domains, generate_series(1, 19) n
            """)
        let state = try desired([DesiredDomain(name: platform.domain, dkim: true)])
        let error = await #expect(throws: AdminError.self) { try await apply(state, platform) }
        #expect(error?.code == .conflict && error?.message.contains("19 keys") == true)
        #expect(try await Set(states(platform)) == [.retired])
        await platform.close()
    }
}
