import AdminAPI
import Postgres
import Quantities
import Runtime
import Testing

@testable import ControlPlane

@Suite("Undoing what made a tenant", .serialized, .timeLimit(.minutes(3))) @EventLoopActor struct UndoneTenantTests {
    private let name: TenantName, desired: DesiredState

    init() throws {
        name = try TenantName("new")
        let ann = try EmailAddress("ann@new.example")
        desired = .tenant(
            DesiredTenant(
                name: name, quota: QuotaChange(bytes: .to(ByteCount(50_000_000))),
                domains: [DesiredDomain(name: try DomainName("new.example"))], users: [DesiredUser(address: ann)],
                aliases: [DesiredAlias(address: try AliasAddress("info@new.example"), targets: [try TargetAddress(ann.text)])]))
    }

    // MARK: As the shell has it done

    private func apply(_ desired: DesiredState, _ platform: TestPlatform) async throws -> Applied {
        let calls = platform.calls()
        let preview = try await calls.previewApply(platform.request(ApplyPreviewRequest(desired: desired), [:]))
        return try await calls.apply(platform.request(ApplyRequest(desired: desired, fingerprint: preview.fingerprint), [:]))
    }

    private func made(_ platform: TestPlatform) async throws -> Int64 { try #require(try await apply(desired, platform).number) }

    private func preview(_ number: Int64?, _ platform: TestPlatform) async throws -> ApplyPreview {
        try await platform.calls().confined(to: DatabaseFence(readsOnly: true)).previewUndo(platform.request(Nothing(), ["number": "\(number ?? 0)"]))
    }

    private func undo(_ number: Int64?, _ fingerprint: String, _ platform: TestPlatform) async throws -> Applied {
        let path = ["number": "\(number ?? 0)"]
        return try await platform.calls().undo(platform.request(UndoRequest(fingerprint: fingerprint), path))
    }

    private func undo(_ number: Int64?, _ platform: TestPlatform) async throws -> Applied {
        try await undo(number, try await preview(number, platform).fingerprint, platform)
    }

    // MARK: What is there

    private func isThere(_ platform: TestPlatform) async throws -> Bool {
        try await platform.calls().listTenants(platform.request(Nothing(), [:])).contains { $0.name == name }
    }

    private func kept(_ platform: TestPlatform) async throws -> [String] {
        try await platform.calls().listDeleted(platform.request(Nothing(), [:])).map { "\($0.level.rawValue) \($0.name)" }
    }

    private func state(_ platform: TestPlatform) async throws -> DesiredTenant {
        try await platform.calls().exportState(platform.request(Nothing(), ["name": name.text]))
    }

    private func numbers(_ platform: TestPlatform) async throws -> [Int64] {
        try await platform.calls().listApplies(platform.request(Nothing(), [:], query: ["tenant": name.text])).map(\.number)
    }

    private func override(_ days: Int64, _ platform: TestPlatform) async throws {
        _ = try await platform.owner.query(
            "UPDATE tenants SET limits = jsonb_build_object('keptDays', $1::bigint) WHERE name = 'new'", [.int8(days)])
    }

    private func ask(_ sql: String, _ platform: TestPlatform) async throws {
        let number = "(SELECT tenant_id FROM tenants WHERE name = 'new')"
        try await platform.owner.script(sql.split(separator: "TENANT").joined(separator: number))
    }

    @Test("It is deleted and kept, and comes back as it was; again and again") func backAndForth() async throws {
        let platform = try await TestPlatform()
        var number = try await made(platform)
        let before = try await state(platform), tenant = try #require(try await platform.calls().tenants(named: name).first?.id)
        for round in 0..<2 {
            let shown = try await preview(number, platform)
            #expect(shown.changes.last == StateChange(.tenant, "new", .remove))
            #expect(Set(shown.changes.map(\.kind)) == [.tenant, .domain, .user, .alias])
            #expect(shown.impact.tenantDeleted && !shown.impact.tenantDestroyed && shown.impact.tenantStays == nil)
            #expect(shown.impact.usersDeleted == 1 && shown.impact.domainsDeleted == 1 && shown.impact.keptUntil != nil)
            #expect(!shown.impact.keptByHolds && shown.impact.usersDestroyed == 0)
            let gone = try await undo(number, shown.fingerprint, platform)
            #expect(gone.counts == ["remove tenant": 1, "remove domain": 1, "remove user": 1, "remove alias": 1])
            #expect(try await isThere(platform) == false)
            #expect(try await kept(platform) == ["tenant new"])
            #expect(!platform.calls().workers.hasDoors(of: tenant))
            #expect(try await numbers(platform).first == gone.number, "it is listed while the tenant is kept")
            // Running it again is no other change.
            let again = try await preview(number, platform)
            #expect(again.isEmpty && again.impact.tenantStays == nil)
            #expect(try await undo(number, again.fingerprint, platform).number == nil)

            let back = try await preview(gone.number, platform)
            #expect(back.changes.first?.kind == .tenant && back.changes.first?.action == .add && !back.isNewTenant)
            #expect(back.changes.first?.fields == [ChangedField("quota", "plan", "50 MB")])
            #expect(back.impact.tenantBack && back.impact.usersBack == ["ann@new.example"] && back.impact.usersBackEmpty == [])
            #expect(try await isThere(platform) == false, "it was only looked at")
            let returned = try await undo(gone.number, back.fingerprint, platform)
            #expect(returned.counts == ["add tenant": 1, "add domain": 1, "add user": 1, "add alias": 1])
            #expect(try await state(platform) == before, "round \(round)")
            #expect(try await kept(platform) == [])
            #expect(platform.calls().workers.hasDoors(of: tenant))
            #expect(try await preview(gone.number, platform).isEmpty)
            number = try #require(returned.number)
        }
        await platform.close()
    }

    @Test("One that was made empty has a number too, and goes by it") func empty() async throws {
        let platform = try await TestPlatform()
        let applied = try await apply(.tenant(DesiredTenant(name: name)), platform)
        #expect(applied.changes == 1 && applied.counts == ["add tenant": 1])
        let gone = try await undo(applied.number, platform)
        #expect(gone.counts == ["remove tenant": 1])
        #expect(try await kept(platform) == ["tenant new"])
        await platform.close()
    }

    nonisolated static let arrivals = [
        ("INSERT INTO domains (tenant_id, name) VALUES (TENANT, 'other.example')", "the domain other.example is in it"),
        (
            "INSERT INTO domains (tenant_id, name, deleted_at, deleted_by) VALUES (TENANT, 'past.example', now(), 'jo')",
            "the domain past.example, which is deleted, is kept in it"
        ),
        ("INSERT INTO domain_claims (tenant_id, name) VALUES (TENANT, 'claimed.example')", "it claims the domain claimed.example"),
        (
            """
            INSERT INTO administrators (name, role, administered_tenant, hash, totp_secret)
            VALUES ('jo', 'tenant-administrator', TENANT, '', '')
            """, "jo administers it"
        ),
    ]
    @Test("It stays where something else came into it, which is said; what the apply brought goes", arguments: arrivals)
    func stays(arrival: String, reason: String) async throws {
        let platform = try await TestPlatform(), number = try await made(platform)
        try await ask(arrival, platform)
        let shown = try await preview(number, platform)
        #expect(shown.impact.tenantStays == "The tenant new stays, for \(reason).")
        #expect(!shown.impact.tenantDeleted && !shown.changes.contains(StateChange(.tenant, "new", .remove)))
        _ = try await undo(number, shown.fingerprint, platform)
        #expect(try await isThere(platform))
        #expect(try await kept(platform).contains("domain new.example"))
        #expect(try await state(platform).quota?.bytes == .planned)
        let again = try await preview(number, platform)
        #expect(again.isEmpty && again.impact.tenantStays == shown.impact.tenantStays, "it is said again")
        await platform.close()
    }

    @Test("What came between the look and the deed keeps it from being done") func moved() async throws {
        let platform = try await TestPlatform(), number = try await made(platform)
        let shown = try await preview(number, platform)
        try await ask("INSERT INTO domain_claims (tenant_id, name) VALUES (TENANT, 'claimed.example')", platform)
        let error = await #expect(throws: AdminError.self) { try await undo(number, shown.fingerprint, platform) }
        #expect(error?.code == .conflict)
        #expect(try await isThere(platform))
        // Whoever has an address in a domain that would go is never taken along.
        try await ask("DELETE FROM domain_claims", platform)
        try await ask(
            """
            INSERT INTO users (tenant_id, domain_id, local_part) SELECT tenant_id, domain_id, 'bob' FROM domains WHERE name = 'new.example'
            """, platform)
        let refused = await #expect(throws: AdminError.self) { try await preview(number, platform) }
        #expect(refused?.message == "The domain new.example would go, and bob@new.example is there.")
        await platform.close()
    }

    @Test("Where nothing is kept it is destroyed at once, and that is said before; a legal hold keeps it") func destroyed() async throws {
        let platform = try await TestPlatform(), number = try await made(platform)
        try await override(0, platform)
        try await ask(
            """
            INSERT INTO holds (tenant_id, user_id, reason, set_by)
            SELECT TENANT, user_id, 'case 7', 'jo' FROM users WHERE local_part = 'ann'
            """, platform)
        let held = try await preview(number, platform)
        #expect(held.impact.tenantDeleted && !held.impact.tenantDestroyed && held.impact.keptByHolds && held.impact.usersDestroyed == 0)
        let gone = try await undo(number, held.fingerprint, platform)
        #expect(try await kept(platform) == ["tenant new"])
        let back = try await undo(gone.number, platform)
        try await ask("DELETE FROM holds", platform)

        let shown = try await preview(back.number, platform)
        #expect(shown.impact.tenantDestroyed && shown.impact.usersDestroyed == 1 && shown.impact.domainsDestroyed == 1)
        #expect(shown.impact.keptUntil == nil)
        let last = try await undo(back.number, shown.fingerprint, platform)
        #expect(last.number == nil && last.counts?["remove tenant"] == 1, "there is no number to take it back by")
        #expect(try await isThere(platform) == false)
        #expect(try await kept(platform) == [])
        let error = await #expect(throws: AdminError.self) { try await preview(back.number, platform) }
        #expect(error?.code == .notFound && error?.hint?.contains("none of one that is destroyed") == true)
        #expect(try await apply(desired, platform).number != nil, "its file makes it anew")
        await platform.close()
    }

    @Test("One that was deleted otherwise is not brought back; its other applies say how it is") func deletedOtherwise() async throws {
        let platform = try await TestPlatform(), number = try await made(platform)
        let other = DesiredAlias(address: try AliasAddress("sales@new.example"), targets: [try TargetAddress("x@else.example")])
        let second = try await apply(.tenant(DesiredTenant(name: name, aliases: [other])), platform)
        _ = try await undo(second.number, platform)
        let gone = try await undo(number, platform)
        _ = try await platform.calls().undeleteTenant(platform.request(Nothing(), ["name": name.text]))
        #expect(try await preview(gone.number, platform).isEmpty, "it is as it was")
        _ = try await platform.calls().deleteTenant(platform.request(Nothing(), ["name": name.text]))
        #expect(try await preview(number, platform).isEmpty)
        for later in [gone.number, second.number] {
            let error = await #expect(throws: AdminError.self) { try await preview(later, platform) }
            #expect(error?.code == .conflict && error?.message.hasPrefix("The tenant new is deleted. It was deleted at ") == true)
            #expect(error?.hint == "`tenant undelete new` brings it back.")
        }
        await platform.close()
    }

    @Test("Nobody who merely asks for a state has a tenant deleted") func applied() async throws {
        let platform = try await TestPlatform()
        _ = try await apply(.tenant(DesiredTenant(name: name)), platform)
        let asked = try await apply(.tenant(DesiredTenant(name: name, gone: GoneFromTenant(tenant: true))), platform)
        #expect(asked.number == nil && asked.changes == 0)
        #expect(try await isThere(platform))
        await platform.close()
    }

    @Test("Of what was done and not heard of, doors are closed and open as is right, and it is not done again")
    func unheard() async throws {
        let platform = try await UnansweredCommits.platform(), number = try await made(platform), workers = platform.calls().workers
        let before = try await state(platform), tenant = try #require(try await platform.calls().tenants(named: name).first?.id)
        try await platform.owner.script(
            """
            CREATE FUNCTION unanswered() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM set_config('synchronous_commit', 'on', true);
                RETURN NEW;
            END $$;
            CREATE TRIGGER unanswered BEFORE INSERT ON applies FOR EACH ROW EXECUTE FUNCTION unanswered()
            """)
        let shown = try await preview(number, platform)
        let going = Task { try await undo(number, shown.fingerprint, platform) }
        try await UnansweredCommits.cut(platform.owner)
        await #expect(throws: (any Error).self) { try await going.value }
        while workers.hasDoors(of: tenant) { try await Task.sleep(for: .milliseconds(20)) }
        #expect(try await kept(platform) == ["tenant new"])
        #expect(try await preview(number, platform).isEmpty)

        let gone = try #require(try await numbers(platform).first), back = try await preview(gone, platform)
        let coming = Task { try await undo(gone, back.fingerprint, platform) }
        try await UnansweredCommits.cut(platform.owner)
        await #expect(throws: (any Error).self) { try await coming.value }
        #expect(try await state(platform) == before)
        try await Task.sleep(for: .milliseconds(1_500))
        #expect(workers.hasDoors(of: tenant))
        #expect(try await preview(gone, platform).isEmpty)
        #expect(try await numbers(platform).count == 3, "each was done once")
        await platform.close()
    }

    @Test("What is broken off leaves the tenant as it was, and is done by the next") func brokenOff() async throws {
        let platform = try await TestPlatform(), number = try await made(platform), before = try await state(platform)
        let shown = try await preview(number, platform)
        let broken = try await platform.holding("LOCK TABLE applies IN SHARE MODE", until: 1) {
            Task { try await undo(number, shown.fingerprint, platform) }
        } beforeLettingGo: {
            _ = try await platform.owner.query(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()
                """)
        }
        await #expect(throws: (any Error).self) { try await broken.value }
        #expect(try await state(platform) == before)
        let gone = try await undo(number, platform)
        #expect(try await kept(platform) == ["tenant new"])
        let back = try await preview(gone.number, platform)
        let half = try await platform.holding("LOCK TABLE applies IN SHARE MODE", until: 1) {
            Task { try await undo(gone.number, back.fingerprint, platform) }
        } beforeLettingGo: {
            _ = try await platform.owner.query(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()
                """)
        }
        await #expect(throws: (any Error).self) { try await half.value }
        #expect(try await kept(platform) == ["tenant new"])
        _ = try await undo(gone.number, platform)
        #expect(try await state(platform) == before)
        await platform.close()
    }
}
