import AdminAPI
import Postgres
import Runtime
import Testing

@testable import ControlPlane

/// What belongs to a user who is deleted and comes back, and what leads to the address.
@Suite("Deleted users", .serialized, .timeLimit(.minutes(2))) @EventLoopActor struct DeletedUserTests {
    let ann = "ann@acme.example"

    /// With ann, who has an app password and rights on a shared mailbox, and is led to from everywhere; bob; and eve of another domain.
    private func platform() async throws -> TestPlatform {
        let platform = try await TestPlatform()
        try await platform.owner.script(
            """
            INSERT INTO domains (tenant_id, name) SELECT tenant_id, 'second.example' FROM tenants;
            INSERT INTO domain_aliases (tenant_id, domain_id, name)
                SELECT tenant_id, domain_id, 'also.example' FROM domains WHERE name = 'acme.example';
            INSERT INTO users (tenant_id, domain_id, local_part, shared)
                SELECT tenant_id, domain_id, n, n = 'desk' FROM domains, unnest(ARRAY['ann', 'bob', 'desk', 'eve']) n
                WHERE (n = 'eve') = (name = 'second.example');
            INSERT INTO aliases (tenant_id, domain_id, local_part, target)
                SELECT tenant_id, domain_id, a, t FROM domains, (VALUES
                    ('acme.example', 'info', 'ann@acme.example'), ('acme.example', 'info', 'bob@acme.example'),
                    ('acme.example', '', 'Ann+rest@also.example'), ('second.example', 'boss', 'ANN@acme.example'),
                    ('acme.example', 'ann+own', 'bob@acme.example'), ('acme.example', 'far', 'ann@far.example'),
                    ('acme.example', 'joann', 'joann@acme.example')) AS m (d, a, t) WHERE name = d;
            INSERT INTO groups (tenant_id, domain_id, local_part, posting, owners)
                SELECT tenant_id, domain_id, 'team', 'members', ARRAY['ann@acme.example'] FROM domains WHERE name = 'acme.example';
            INSERT INTO group_members (tenant_id, domain_id, local_part, address)
                SELECT tenant_id, domain_id, 'team', 'ann@acme.example' FROM domains WHERE name = 'acme.example';
            INSERT INTO user_forwards (tenant_id, user_id, targets)
                SELECT tenant_id, user_id, ARRAY['x@far.example', 'ann@acme.example'] FROM users WHERE local_part = 'eve';
            INSERT INTO shared_access (tenant_id, user_id, member_id, rights)
                SELECT s.tenant_id, s.user_id, m.user_id, 'read' FROM users s, users m WHERE s.local_part = 'desk' AND m.local_part = 'ann'
            """)
        let new = NewAppPassword(name: try AppPasswordName("phone"), services: nil)
        _ = try await platform.calls().createAppPassword(platform.request(new, ["address": ann]))
        return platform
    }

    private func request(now: Bool = false, _ platform: TestPlatform) -> AdminRequest<Nothing> {
        platform.request(Nothing(), ["address": ann], query: now ? ["now": "true"] : [:])
    }

    private let leading = ["@acme.example", "boss@second.example", "eve@second.example", "info@acme.example", "team@acme.example"]

    @Test("The answer names what leads to the user, and all of it leads there again when the user comes back") func back() async throws {
        let platform = try await platform(), calls = platform.calls()
        func belongings() async throws -> [String] {
            try await platform.owner.query(
                """
                SELECT 'app ' || name FROM app_passwords UNION ALL SELECT 'alias ' || local_part || ' ' || target FROM aliases
                UNION ALL SELECT 'member ' || address FROM group_members UNION ALL SELECT 'owner ' || unnest(owners) FROM groups
                UNION ALL SELECT 'forward ' || unnest(targets) FROM user_forwards
                UNION ALL SELECT 'shared ' || local_part FROM shared_access a JOIN users u ON u.user_id = a.member_id ORDER BY 1
                """
            ).rows.map { try $0.text(0) }
        }
        let before = try await belongings()
        #expect(before.contains("app phone") && before.contains("shared ann"))
        let request = request(platform), tried = try await calls.rehearsed { try await $0.deleteUser(request) }
        #expect(tried.leading?.map(\.text) == leading)
        #expect(try await calls.deleteUser(request).leading?.map(\.text) == leading)
        #expect(try await belongings() == before)
        #expect(try await calls.showSharedMailbox(platform.request(Nothing(), ["address": "desk@acme.example"])).members?.isEmpty == true)
        _ = try await calls.undeleteUser(platform.request(UserUndeletion(), ["address": ann]))
        #expect(try await belongings() == before)
        #expect(try await calls.deleteUser(self.request(now: true, platform)).leading?.map(\.text) == leading, "also who is destroyed")
        #expect(try await belongings() == before.filter { !["app phone", "shared ann"].contains($0) })
        let bob = platform.request(Nothing(), ["address": "desk@acme.example"])
        #expect(try await calls.delete(bob, shared: true).leading == nil)
        await platform.close()
    }

    @Test("Who asks why mail to an alias of the user is refused is told of whom it is, and how the user comes back")
    func explained() async throws {
        let platform = try await platform(), calls = platform.calls()
        func step() async throws -> Explanation.Step? {
            let asked = platform.request(ExplainedMessage(), [:], query: ["address": "only@acme.example"])
            return try await calls.explainDelivery(asked).steps.first { $0.rule == "address only@acme.example" }
        }
        try await platform.owner.script("DELETE FROM aliases WHERE local_part = ''")  // the catch-all, which leads to ann too
        let alias = NewAlias(address: try AliasAddress("only@acme.example"), targets: [try TargetAddress(ann)])
        _ = try await calls.createAlias(platform.request(alias))
        #expect(try await step()?.verdict == .passes)
        _ = try await calls.deleteUser(request(platform))
        let refused = try await step()
        #expect(refused?.says == "It is an alias of \(ann), where nobody is found." && refused?.change == "user undelete \(ann)")
        #expect(refused?.reply == "550 5.1.1")
        _ = try await calls.deleteUser(request(now: true, platform))
        #expect(try await step()?.change == "alias show only@acme.example")
        await platform.close()
    }

    @Test("Where something has the address meanwhile, it is said what, and how the user comes back all the same")
    func taken() async throws {
        let platform = try await platform(), calls = platform.calls()
        _ = try await calls.deleteUser(request(platform))
        try await platform.owner.script(
            """
            INSERT INTO aliases (tenant_id, domain_id, local_part, target)
                SELECT tenant_id, domain_id, 'ann', 'bob@acme.example' FROM domains WHERE name = 'acme.example'
            """)
        let error = await #expect(throws: AdminError.self) {
            _ = try await calls.undeleteUser(platform.request(UserUndeletion(), ["address": ann]))
        }
        #expect(error?.code == .alreadyExists && error?.message == "\(ann) is an alias.")
        #expect(error?.hint?.hasPrefix("`user undelete \(ann) --as ADDRESS` brings the deleted user back") == true)
        let body = UserUndeletion(address: try EmailAddress("anna@second.example"))
        let back = try await calls.undeleteUser(platform.request(body, ["address": ann]))
        #expect(back.address.text == "anna@second.example")
        await platform.close()
    }
}
