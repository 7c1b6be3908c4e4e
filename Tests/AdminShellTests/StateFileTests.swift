import AdminAPI
import AdminShell
import Quantities
import Testing

@Suite("Files of desired states") struct StateFileTests {
    private static let text = """
        plans:
          - name: gold
            limits: {users: 50, userQuota: 2GB, protocols: [imap, submission], aliases: none}
        tenants:
          - name: acme
            plan: gold
            quota: 100GB
            suspended: [outgoing]
            suspensionReason: "Not paid: # 7"
            domains:
              - name: acme.example
                quota: unlimited
                aliases: [also.example]
                mta-sts: enforce
                dkim: true
            users:
              - {address: Ann@acme.example, quota: plan, messages: 100, passwordHash: "{SSHA}f0CceVSke+IK0le3znCfxtpRGtRzQGx0"}
              - address: bob@acme.example
                limits: {messageSize: 5MB}
                suspended: []
            aliases:
              - {address: "@acme.example", targets: [ann@acme.example, x@else.example]}
            groups:
              - {address: team@acme.example, posting: members, owners: [ann@acme.example], members: [ann@acme.example, X@else.example]}
              - address: all@acme.example
        ---
        tenants:
          - name: "123"
        """

    @Test("A file says what is desired") func whole() throws {
        let file = StateFile(Self.text)
        #expect(file.mistakes == [])
        #expect(file.plans.map(\.name.text) == ["gold"] && file.tenants.map(\.name.text) == ["acme", "123"])
        #expect(file.plans[0].limits?.values[.userQuota] == .some(.number(2_000_000_000)))
        #expect(file.plans[0].limits?.values[.protocols] == .some(.services([.imap, .submission])))
        #expect(file.plans[0].limits?.values[.aliases] == .some(nil) && file.plans[0].limits?.values.count == 4)
        let acme = file.tenants[0]
        #expect(acme.quota == QuotaChange(bytes: .to(ByteCount(100_000_000_000))) && acme.suspended == [.outgoing])
        #expect(acme.suspensionReason?.text == "Not paid: # 7" && acme.domains[0].aliases?.map(\.text) == ["also.example"])
        #expect(acme.domains[0].mtaSTS == .enforce && acme.domains[0].dkim == true)
        #expect(acme.users.map(\.address.text) == ["ann@acme.example", "bob@acme.example"])
        #expect(acme.users[0].quota == QuotaChange(bytes: .planned, messages: .to(100)) && acme.users[0].suspended == nil)
        #expect(acme.users[1].limits?.values == [.messageSize: .number(5_000_000)] && acme.users[1].suspended == [])
        #expect(acme.users[0].password?.hash?.hasPrefix("{SSHA}") == true)
        #expect(acme.aliases[0].address.isCatchAll && acme.aliases[0].targets.count == 2)
        #expect(acme.groups.map(\.posting) == [.members, nil] && acme.groups[1].members == nil)
        #expect(acme.groups[0].owners?.count == 1 && acme.groups[0].members?.map(\.text) == ["ann@acme.example", "X@else.example"])
        #expect(file.units.count == 3)
    }

    @Test("A plan's protocols may have the web, and nothing that is none") func web() throws {
        let file = StateFile("plans:\n- name: p\n  limits: {protocols: [imap, web]}\n- name: q\n  limits: {protocols: [web]}")
        #expect(file.mistakes == [])
        #expect(file.plans[0].limits?.values[.protocols] == .some(.services([.imap, .web])))
        #expect(file.plans[1].limits?.values[.protocols] == .some(.services([.web])))
        #expect(StateFile("plans:\n- name: p\n  limits: {protocols: [webmail]}").mistakes.count == 1)
    }

    static let wrong: [(String, Int, String)] = [
        ("", 1, "neither"), ("tenants: 5", 1, "a list"), ("tenant: []", 1, "Did you mean \"tenants\"?"), ("- a", 1, "mapping"),
        ("tenants:\n- plan: gold", 2, "needs a name"), ("tenants:\n- name: Bad!", 2, "Bad!"),
        ("tenants:\n- name: a\n  colour: red", 3, "colour"),
        ("tenants:\n- name: a\n  quota: much", 3, "not a size"), ("tenants:\n- name: a\n- name: a", 3, "line 2"),
        ("tenants:\n- name: a\n  users:\n  - address: x", 4, "no @"),
        ("tenants:\n- name: a\n  users:\n  - {address: x@a.example}\n  - {address: x@a.example}", 5, "line 4"),
        ("tenants:\n- name: a\n  users:\n  - {address: x@a.example, passwordHash: '{MD5}secret'}", 4, "{MD5}"),
        ("tenants:\n- name: a\n  users:\n  - {address: x@a.example, limits: {users: 5}}", 4, "no key \"users\""),
        ("tenants:\n- name: a\n  aliases:\n  - {address: x@a.example, targets: []}", 4, "1 to"),
        ("tenants:\n- name: a\n  groups:\n  - {address: x@a.example, posting: all}", 4, "one of anyone"),
        ("tenants:\n- name: a\n  users: [{address: x@a.example}]\n  groups: [{address: x@a.example}]", 4, "line 3"),
        ("tenants:\n- name: a\n  domains:\n  - {name: a.example, mta-sts: always}", 4, "one of none, testing, enforce"),
        ("tenants:\n- name: a\n  domains:\n  - {name: a.example, dkim: false}", 4, "Write true"),
        ("tenants:\n- name: a\n  domains:\n  - {name: a.example, dkim: [rsa]}", 4, "dkim"),
        ("tenants:\n- name: a\n  suspended: [mail]", 3, "cannot be suspended"),
        ("tenants:\n- name: a\n  suspensionReason: x", 3, "nothing"),
        ("tenants:\n- name: a\n  name: b", 2, "twice"), ("tenants: [\n", 2, "not YAML"),
        ("plans:\n- name: p\n  limits: {users: many}", 3, "a number"), ("plans:\n- name: p\n  limits: {protocols: ''}", 3, "a list of"),
        ("plans:\n- name: p\n- name: p", 3, "line 2"), ("---\n---\n", 1, "neither"), ("# nothing\n", 1, "neither"),
        ("tenants:\n- <<: [{colour: red}]\n  name: b", 2, "colour"), ("tenants:\n- <<: 5\n  name: b", 2, "mapping"),
        ("tenants:\n- name: a\n  x-colour: red", 3, "x-colour"),
    ]
    @Test("A mistake is told by its line, without secrets", arguments: wrong) func mistake(text: String, line: Int, words: String) {
        let file = StateFile(text)
        #expect(file.mistakes.count == 1 && file.mistakes[0].line == line, "\(file.mistakes)")
        #expect(file.mistakes.first?.sentence.contains(words) == true, "\(file.mistakes)")
        #expect(!file.mistakes.contains { $0.sentence.contains("secret") })
    }

    @Test("Merge keys bring what a mapping does not say itself, and keys at the top may be extensions") func merged() throws {
        let file = StateFile(
            """
            x-common: &common {quota: 1GB, messages: 5}
            x-more: &more {messages: 7, suspended: [outgoing]}
            tenants:
            - name: a
              users:
              - {<<: *common, address: x@a.example, quota: 2GB}
              - {<<: [*common, *more], address: y@a.example}
            ---
            ---
            tenants: [{name: b}]
            """)
        #expect(file.mistakes == [] && file.tenants.map(\.name.text) == ["a", "b"])
        let users = file.tenants[0].users
        #expect(users[0].quota == QuotaChange(bytes: .to(ByteCount(2_000_000_000)), messages: .to(5)))
        #expect(users[1].quota == QuotaChange(bytes: .to(ByteCount(1_000_000_000)), messages: .to(5)))
        #expect(users[1].suspended == [.outgoing])
    }

    @Test("What stands in two files is told by both places") func severalFiles() {
        let first = StateFile("plans:\n- name: p\ntenants:\n- name: a\n- name: b")
        let second = StateFile("tenants:\n- name: c\n- name: b\nplans:\n- name: p", after: [("A.yaml", first)])
        #expect(second.mistakes.map(\.line) == [3, 5])
        #expect(second.mistakes.map(\.sentence) == [
            "The tenant b stands in A.yaml, line 5, already.", "The plan p stands in A.yaml, line 2, already.",
        ])
        #expect(StateFile("tenants:\n- name: c", after: [("A.yaml", first)]).mistakes == [])
    }

    @Test("What is written is read as it was") func roundTrip() throws {
        let acme = StateFile(Self.text).tenants[0]
        #expect(StateFile(StateText.of(acme)).tenants == [acme])
        let reason = try SuspensionReason("\"a\\b: {c}")
        var odd = TenantState(settings: TenantSettings(suspension: StoredSuspension(what: [.login], reason: reason)))
        for name in ["null.example", "1.example", "true.example"] { odd.domains[try DomainName(name)] = DomainSettings(mtaSTS: .testing) }
        for name in ["o'neil", "#x", "ü", "1e5", "{a}", "a&b", "-", "null"] {
            odd.users[try EmailAddress("\(name)@null.example")] = UserSettings(
                quota: StoredQuota(bytes: .to(ByteCount(123_456_789)), messages: .to(7)), limits: LimitSet([.protocols: .services([])]))
        }
        odd.aliases[try AliasAddress("@1.example")] = [try TargetAddress("Upper@else.example")]
        odd.users[try EmailAddress("desk@1.example")] = UserSettings(
            members: [try EmailAddress("o'neil@null.example"): SharedGrant(rights: .read, sends: true)])
        odd.groups[try EmailAddress("team@1.example")] = GroupSettings(
            posting: .owners, owners: [try TargetAddress("Upper@else.example")], members: [try TargetAddress("o'neil@1.example")])
        for name in ["null", "true", "1", "0x10", "no"] {
            let exported = DesiredTenant(exporting: odd, of: try TenantName(name))
            let file = StateFile(StateText.of(exported))
            #expect(file.mistakes == [] && file.tenants == [exported], "\(StateText.of(exported))")
        }
    }

    @Test("A vacation is written and read with whatever stands in it") func vacations() throws {
        let vacations = [
            NewVacation(subject: "Away: \"now\" # {x}", text: "Back \\ soon.\r\n\n\tAnn \u{2028}\u{2029}\u{FEFF}é", days: 3),
            NewVacation(subject: "none", text: "\n \n", from: try Day("2026-12-20"), until: try Day("2027-01-06")),
        ]
        for desired in vacations.map({ DesiredVacation.away(as: $0) }) + [.here] {
            var tenant = DesiredTenant(name: try TenantName("acme"))
            tenant.users = [DesiredUser(address: try EmailAddress("ann@acme.example"), vacation: desired)]
            let file = StateFile(StateText.of(tenant))
            #expect(file.mistakes == [] && file.tenants.first?.users == tenant.users, "\(StateText.of(tenant))")
        }
        let wrong = StateFile("tenants:\n- name: acme\n  users:\n  - {address: a@b.example, vacation: {subject: x, text: y, days: 99}}")
        #expect(wrong.mistakes.map(\.line) == [4])
    }

    @Test("A forward is written and read, with its copy or without") func forwards() throws {
        let targets = [try TargetAddress("O'Neil@far.example"), try TargetAddress("bob@acme.example")]
        for desired in [DesiredForward.on(NewForward(to: targets)), .on(NewForward(to: targets, copy: false)), .off] {
            var tenant = DesiredTenant(name: try TenantName("acme"))
            tenant.users = [DesiredUser(address: try EmailAddress("ann@acme.example"), forward: desired)]
            let file = StateFile(StateText.of(tenant))
            #expect(file.mistakes == [] && file.tenants.first?.users == tenant.users, "\(StateText.of(tenant))")
        }
        let user = "tenants:\n- name: acme\n  users:\n  - {address: a@b.example, forward: "
        let kept = StateFile(user + "{to: [x@far.example]}}")
        #expect(kept.tenants.first?.users.first?.forward == .on(NewForward(to: [try TargetAddress("x@far.example")])))
        let many = (0...100).map { "u\($0)@far.example" }.joined(separator: ", ")
        for wrong in ["{to: []}", "{copy: true}", "{to: [x@far.example], copy: perhaps}", "{to: [x]}", "{to: [\(many)]}", "x@far.example"] {
            #expect(Set(StateFile(user + wrong + "}").mistakes.map(\.line)) == [4], "\(wrong)")
        }
    }

    @Test("A difference is a line a change, and says what is lost") func difference() throws {
        var impact = ApplyImpact()
        (impact.usersDeleted, impact.messagesDeleted, impact.bytesDeleted) = (1, 2, ByteCount(3_000))
        impact.brokenForwards = ["ann@acme.example"]
        (impact.brokenGroups, impact.usersLeftAlone) = (["team@acme.example"], ["new@acme.example"])
        impact.keysLeft = ["acme.example"]
        (impact.keysSigning, impact.keysGone, impact.keysDestroyed) = (["b.example"], ["c.example", "d.example"], ["also.example"])
        (impact.aliasesDeleted, impact.groupsDeleted) = (2, 1)
        impact.policyWarnings = ["There is no certificate for mta-sts.acme.example: nobody can fetch the policy."]
        (impact.usersDestroyed, impact.usersBack, impact.usersBackEmpty) = (1, ["a@acme.example"], ["b@acme.example"])
        (impact.brokenAliases, impact.overQuota, impact.sessionsEnded) = (["info@acme.example"], ["bob@acme.example"], 1)
        let changes =
            [
                StateChange(.user, "eve@acme.example", .remove),
                StateChange(.user, "bob@acme.example", .change, [ChangedField("quota", "plan", "5 B")]),
            ] + (0..<25).map { StateChange(.user, "u\($0)@acme.example", .add) }
        let text = DifferenceText(
            ApplyPreview(tenant: try TenantName("acme"), isNewTenant: false, changes: changes, impact: impact, fingerprint: "")
        ).text
        for line in [
            "Tenant acme\n", "  - user eve@acme.example\n", "  ~ user bob@acme.example: quota plan → 5 B\n", "  + user u19@acme.example\n",
            "  … and 5 more: user add\n",
            "  ! Deletes 1 user with 2 messages (3 KB), for ever: undoing it brings no other mail back.\n",
            "  ! Brings 1 user back with all mail: a@acme.example.\n",
            "  ! Makes 1 user again, with empty mailboxes: b@acme.example.\n",
            "  ! Leaves 1 user alone whose address was somebody else's then: new@acme.example.\n",
            "  ! Leaves keys of DKIM of 1 domain that the apply did not make, and that wait still: acme.example.\n",
            "  ! Leaves keys of DKIM of 1 domain that the apply made, and that sign by now: b.example.\n",
            "  ! Takes keys of DKIM that sign now out of use, with 2 domains: c.example, d.example.\n",
            "  ! Destroys keys of DKIM that sign now, of 1 name that goes as a domain alias, and undoing it brings no keys back: "
                + "also.example.\n",
            "  ! Deletes 2 aliases and 1 group, kept until somebody destroys them: undoing it makes them again, like `alias undelete` and "
                + "`group undelete`.\n",
            "  ! Leaves 1 group with a member or an owner who goes: team@acme.example.\n",
            "  ! Breaks 1 alias, whose target here goes: info@acme.example.\n",
            "  ! Breaks 1 forward, whose target here goes: ann@acme.example.\n", "  ! Ends 1 session.\n",
            "  ! There is no certificate for mta-sts.acme.example: nobody can fetch the policy.\n",
        ] { #expect(text.contains(line), "\(text)") }
        #expect(!text.contains("u20@"))
        func told(_ change: (inout ApplyImpact) -> Void) -> String {
            change(&impact)
            let preview = ApplyPreview(tenant: nil, isNewTenant: false, changes: [], impact: impact, fingerprint: "")
            return DifferenceText(preview).impact.first ?? ""
        }
        let part = told { ($0.usersDeleted, $0.domainsDeleted, $0.domainsDestroyed) = (3, 1, 1) }
        let said = "3 users and 1 domain with 2 messages (3 KB), for ever but for 2 users that a legal hold keeps:"
        #expect(part.contains(said), "\(part)")
        let kept = told { ($0.usersDestroyed, $0.domainsDestroyed, $0.keptUntil) = (0, 0, Timestamp(secondsSince1970: 0)) }
        #expect(kept.contains(", kept until 1970-01-01"), "\(kept)")
        #expect(kept.hasSuffix(": undoing it brings all back, like `user undelete` and `domain undelete`."), "\(kept)")
        #expect(told { $0.keptUntil = nil }.contains(", kept until somebody destroys it: "))
        #expect(told { $0.keptByHolds = true }.contains(", kept by a legal hold: "))
        impact = ApplyImpact()
        (impact.tenantDeleted, impact.usersDeleted, impact.domainsDeleted) = (true, 2, 1)
        #expect(told { $0.messagesDeleted = 4 }.hasPrefix("Deletes 1 tenant, 2 users and 1 domain with 4 messages (0 B), kept until "))
        let lost = told { ($0.tenantDestroyed, $0.usersDestroyed, $0.domainsDestroyed) = (true, 2, 1) }
        #expect(lost.hasSuffix(", for ever: it cannot be undone; the file that made the tenant can be applied again."), "\(lost)")
        impact = ApplyImpact()
        let reason = "The tenant acme stays, for jo administers it."
        #expect(told { $0.tenantStays = reason } == reason)
        impact = ApplyImpact()
        #expect(told { $0.tenantBack = true } == "Brings the tenant back as it was, with all that was in it.")
        func head(_ isNew: Bool, _ impact: ApplyImpact) throws -> String {
            let preview = ApplyPreview(tenant: try TenantName("acme"), isNewTenant: isNew, changes: [], impact: impact, fingerprint: "")
            return DifferenceText(preview).text.prefix { $0 != "\n" }.description
        }
        #expect(try head(false, impact) == "Tenant acme, to come back")
        #expect(try head(true, ApplyImpact()) == "Tenant acme, to be made")
        impact = ApplyImpact()
        impact.tenantDeleted = true
        #expect(try head(false, impact) == "Tenant acme, to be deleted")
    }
}
