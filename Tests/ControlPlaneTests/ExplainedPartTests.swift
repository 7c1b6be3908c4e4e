import AdminAPI
import Foundation
import MailStore
import Postgres
import Runtime
import Testing

@testable import ControlPlane

/// What explanations tell who administers a tenant, or one domain of it, of what is beyond.
@Suite("Explanations within a part", .serialized, .timeLimit(.minutes(2))) @EventLoopActor struct ExplainedPartTests {
    /// Questions about mail from and to another tenant's addresses: a user, who is there in the end, and nobody.
    private static let questions = FencedRequest.list(
        ["ann@b.example", "nobody@b.example", "team@b.example", "ann@also.b.example"].map { other in
            #"""
            delivery | POST /explanations/delivery?address=ann@acme.example&from=\#(other)&size=20KB | {}
            delivery | POST /explanations/delivery?address=out@acme.example&from=\#(other) | {"header":"From: \#(other)\r\n\r\n"}
            delivery | POST /explanations/delivery?address=team@acme.example&from=\#(other) | {}
            delivery | POST /explanations/delivery?address=bob@acme.example&from=\#(other) | {"header":"To: \#(other)\r\n\r\n"}
            sending | POST /explanations/sending?address=ann@acme.example&as=\#(other)&to=\#(other) | {"header":"From: \#(other)\r\n\r\n"}
            sending | POST /explanations/sending?address=ann@acme.example&as=out@acme.example&to=\#(other) | {}
            delivery | POST /explanations/delivery?address=\#(other)&from=ann@acme.example | {}
            login | GET /explanations/login?address=\#(other)&service=web
            sending | POST /explanations/sending?address=\#(other) | {}
            """#
        }.joined(separator: "\n"))

    /// Users, an alias, a group and a forward that lead to the other tenant.
    private func platform() async throws -> TestPlatform {
        let platform = try await TestPlatform()
        let ann = try await platform.addUser("ann"), bob = try await platform.addUser("bob")
        let place = "SELECT tenant_id, domain_id"
        try await platform.owner.script(
            """
            INSERT INTO aliases (tenant_id, domain_id, local_part, target) \(place), 'out', a FROM domains, unnest(ARRAY[
                'ann@acme.example', 'ann@b.example', 'nobody@b.example', 'team@b.example', 'ann@also.b.example']) AS a;
            INSERT INTO groups (tenant_id, domain_id, local_part, posting) \(place), 'team', 'members' FROM domains;
            INSERT INTO group_members \(place), 'team', a FROM domains, unnest(ARRAY['ann@acme.example', 'ann@b.example']) AS a;
            INSERT INTO user_forwards VALUES (\(bob.tenant), \(bob.user), ARRAY['ann@b.example', 'nobody@b.example'], false);
            INSERT INTO vacations VALUES (\(ann.tenant), \(ann.user), 'Away', 'Back soon')
            """)
        return platform
    }

    /// With its own plan, quotas, suspensions, a group that takes no mail from outside, and another name of its domain.
    private func addOther(_ platform: TestPlatform) async throws {
        let made = try await platform.owner.query("INSERT INTO tenants (name, quota_bytes) VALUES ('beta', 77) RETURNING tenant_id")
        let other = try #require(try made.first?.int8(0))
        try await platform.owner.script(
            """
            INSERT INTO plans (name, limits) VALUES ('secretive', '{"messageSize": 5, "protocols": ["pop3"]}');
            UPDATE tenants SET plan = 'secretive', suspended = '{outgoing}', suspension_reason = 'unpaid' WHERE name = 'beta';
            INSERT INTO domains (tenant_id, domain_id, name, quota_bytes) VALUES (\(other), 1, 'b.example', 78);
            INSERT INTO domain_aliases VALUES (\(other), 1, 'also.b.example');
            INSERT INTO users (tenant_id, user_id, domain_id, local_part, quota_bytes, suspended, suspension_reason)
                VALUES (\(other), 1, 1, 'ann', 79, '{login}', 'left');
            INSERT INTO vacations VALUES (\(other), 1, 'Gone', 'for good');
            INSERT INTO user_forwards VALUES (\(other), 1, ARRAY['secret@far.example']);
            INSERT INTO groups (tenant_id, domain_id, local_part, posting) VALUES (\(other), 1, 'team', 'owners');
            INSERT INTO group_members VALUES (\(other), 1, 'team', 'ann@acme.example')
            """)
        await platform.calls().domainsChanged()
    }

    @Test("Of another tenant's addresses nothing is told: every answer is the same, whether they are there or not") func otherTenant()
        async throws
    {
        let platform = try await platform()
        let roles: [Role] = [.tenantAdministrator, .helpDesk, .domainAdministrator]
        func answers() async throws -> [String] {
            var answers: [String] = []
            for role in roles {
                let origin = try await platform.administrator(role), router = platform.router()
                for question in Self.questions {
                    let answer = await router.answer(question, ToldByCalls(), from: origin)
                    let isOwn = question.target.contains("address=ann@acme") || question.target.contains("@acme.example&from")
                    #expect(answer.status == (isOwn ? 200 : 403), "\(question.target): \(answer.text)")
                    answers.append("\(role) \(question.target)\n\(answer.text)")
                }
            }
            return answers
        }
        let before = try await answers()
        try await addOther(platform)
        let after = try await answers()
        for (one, other) in zip(before, after) { #expect(one == other) }
        #expect(before.count == after.count && before.contains { $0.contains("It is not of this tenant: the queue sends it on.") })
        await platform.close()
    }

    @Test("The role by which a tenant's addresses are followed for its administrator finds none of another's") func foreignDirectory()
        async throws
    {
        let platform = try await platform()
        try await addOther(platform)
        let other = try #require(try await platform.owner.query("SELECT tenant_id FROM tenants WHERE name = 'beta'").first?.int8(0))
        let part = AdministeredPart(tenant: platform.tenant, tenantName: try TenantName("acme"), domain: nil, domainName: nil)
        let confined = platform.calls().confined(to: DatabaseFence(reach: .part(part), readsOnly: true)).database
        for address in ["ann", "team", "nobody"] {
            #expect(try await confined.directory(of: other).resolve(localPart: address, domain: "b.example") == .notLocal)
        }
        await #expect(throws: StoreError.noSuchUser) { _ = try await confined.directory(of: other).user(1) }
        guard case .targets = try await platform.calls().database.directory(of: other).resolve(localPart: "ann", domain: "b.example") else {
            Issue.record("the control plane itself finds it")
            return
        }
        // All that there is beyond the part to be asked: names, each by itself.
        let names = "SELECT names_taken(ARRAY['b.example', 'also.b.example', 'free.example', 'acme.example'])"
        let taken = try await confined.query(names).rows.map { try $0.text(0) }
        #expect(Set(taken) == ["b.example", "also.b.example", "acme.example"])
        let error = await #expect(throws: PostgresError.self) { _ = try await confined.query("SELECT name FROM domain_names") }
        #expect(error?.sqlState == .insufficientPrivilege)
        await platform.close()
    }

    /// The tenant has a second domain, of which the first one's administrator sees nothing.
    private func addSecondDomain(_ platform: TestPlatform) async throws {
        let tenant = platform.tenant
        try await platform.owner.script(
            """
            INSERT INTO domains (tenant_id, domain_id, name) VALUES (\(tenant), 5, 'second.example');
            INSERT INTO users (tenant_id, user_id, domain_id, local_part) VALUES (\(tenant), 5, 5, 'chief'), (\(tenant), 6, 5, 'dan');
            INSERT INTO user_forwards VALUES (\(tenant), 5, ARRAY['secret@far.example']);
            INSERT INTO groups (tenant_id, domain_id, local_part, posting) VALUES (\(tenant), 5, 'staff', 'owners');
            INSERT INTO group_members VALUES (\(tenant), 5, 'staff', 'dan@second.example'), (\(tenant), 5, 'staff', 'hidden@far.example');
            INSERT INTO aliases VALUES (\(tenant), 5, 'board', 'staff@second.example');
            INSERT INTO aliases (tenant_id, domain_id, local_part, target) SELECT tenant_id, domain_id, l, t FROM domains,
                (VALUES ('boss', 'chief@second.example'), ('news', 'board@second.example'), ('news', 'ann@acme.example'),
                    ('dead', 'nobody@second.example')) AS a (l, t) WHERE name = 'acme.example';
            UPDATE user_forwards SET targets = ARRAY['nobody@second.example'] WHERE NOT keeps_copy
            """)
    }

    private func explain(
        _ platform: TestPlatform, _ role: Role, _ question: String, header: String = "{}"
    ) async throws -> (text: String, Explanation) {
        let request = FencedRequest("x | POST /explanations/\(question) | \(header)")
        let answer = await platform.router().answer(request, ToldByCalls(), from: try await platform.administrator(role))
        #expect(answer.status == 200, "\(answer.text)")
        return (answer.text, try JSONDecoder().decode(Explanation.self, from: Data(answer.body)))
    }

    @Test("Of the tenant's other domains an administrator of one is told what becomes of mail, and not where it goes") func otherDomain()
        async throws
    {
        let platform = try await platform()
        try await addSecondDomain(platform)
        let hidden = ["chief@", "dan@", "staff@", "secret@", "hidden@"]
        for (address, named) in [("boss", "chief@"), ("news", "")] {
            let question = "delivery?address=\(address)@acme.example&from=x@far.example"
            let (text, explanation) = try await explain(platform, .domainAdministrator, question)
            for word in hidden where word != named { #expect(!text.contains(word), "\(address): \(text)") }
            #expect(explanation.steps.contains { $0.says.contains("a domain that you do not administer") })
            let (all, whole) = try await explain(platform, .tenantAdministrator, question)
            #expect(all.contains(address == "boss" ? "secret@far.example" : "hidden@far.example"))
            // The group takes mail from its owners alone.
            #expect(explanation.reply == whole.reply && whole.reply == (address == "boss" ? nil : "550 5.7.2"))
        }
        // Nobody is there, as any mail server may ask: refused, and a forward without a copy leaves the mail where it is.
        #expect(try await explain(platform, .domainAdministrator, "delivery?address=dead@acme.example").1.deciding != nil)
        let bob = try await explain(platform, .domainAdministrator, "delivery?address=bob@acme.example").1
        #expect(bob.steps.contains { $0.rule == "forward of bob@acme.example" && $0.says.contains("stays with the user") })
        #expect(bob.steps.contains { $0.rule == "quota of user bob@acme.example" } && bob.deciding == nil)
        // Whether one may send, and not to whom.
        let (text, sent) = try await explain(platform, .domainAdministrator, "sending?address=ann@acme.example&to=board@second.example")
        #expect(sent.deciding != nil && !text.contains("staff@") && !text.contains("owners"))
        let from = "delivery?address=team@acme.example&from=dan@second.example"
        #expect(try await explain(platform, .domainAdministrator, from).text.contains("is not told here"))
        // A suspension is met, and not whose.
        try await platform.owner.script("UPDATE users SET suspended = '{incoming}' WHERE user_id = 5")
        let (suspended, put) = try await explain(platform, .domainAdministrator, "delivery?address=boss@acme.example")
        #expect(put.reply == "450 4.2.1" && !suspended.contains("chief@"))
        #expect(try await explain(platform, .tenantAdministrator, "delivery?address=boss@acme.example").text.contains("chief@"))
        await platform.close()
    }
}

extension Explanation {
    /// That of the rule which decides.
    fileprivate var reply: String? { deciding.flatMap { steps[$0].reply } }
}
