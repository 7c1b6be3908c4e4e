import AdminAPI
import Postgres
import Runtime
import Testing

@testable import ControlPlane

@Suite("Forwards of users", .serialized, .timeLimit(.minutes(2))) @EventLoopActor struct ForwardCallTests {
    private let ann = "ann@acme.example", bob = "bob@acme.example"

    private func platform() async throws -> TestPlatform {
        let platform = try await TestPlatform()
        _ = try await platform.owner.query(
            """
            INSERT INTO users (tenant_id, domain_id, local_part, shared)
            SELECT tenant_id, domain_id, n, n = 'desk' FROM domains, unnest(ARRAY['ann', 'bob', 'desk']) n
            """)
        return platform
    }

    private func set(_ address: String, to targets: [String], copy: Bool = true, on platform: TestPlatform) async throws -> Forward {
        let new = NewForward(to: try targets.map { try TargetAddress($0) }, copy: copy)
        return try await platform.calls().setForward(platform.request(new, ["address": address]))
    }

    private func show(_ address: String, on platform: TestPlatform) async throws -> [String] {
        try await platform.calls().showForward(platform.request(Nothing(), ["address": address])).to.map(\.text)
    }

    private func refusal(_ body: () async throws -> Void) async -> String {
        do {
            try await body()
            return "done"
        } catch {
            return (error as? AdminError).map { "\($0.code) \($0.message)" } ?? "\(error)"
        }
    }

    @Test("It is set, replaced, listed and cleared; a trial does nothing") func whole() async throws {
        let platform = try await platform(), calls = platform.calls()
        let set = try await set(ann, to: ["out@far.example", bob], copy: false, on: platform)
        #expect(set.to.map(\.text) == [bob, "out@far.example"] && !set.copy && set.tenant.text == "acme")
        _ = try await self.set(ann, to: ["new@far.example"], on: platform)
        _ = try await calls.rehearsed { trial in
            try await trial.clearForward(platform.request(Nothing(), ["address": self.ann]))
        }
        let listed = try await calls.listForwards(platform.request(Nothing(), [:], query: ["domain": "acme.example"]))
        #expect(listed.map(\.to).flatMap { $0.map(\.text) } == ["new@far.example"] && listed.first?.copy == true)
        _ = try await calls.clearForward(platform.request(Nothing(), ["address": ann]))
        #expect(await refusal { _ = try await show(ann, on: platform) }.contains("forwards nothing"))
        #expect(await refusal { _ = try await calls.clearForward(platform.request(Nothing(), ["address": ann])) }.contains("notFound"))
        await platform.close()
    }

    @Test("Nobody forwards to themselves, to nobody or to too many, and shared mailboxes forward nothing") func refused() async throws {
        let platform = try await platform()
        let many = (0...100).map { "u\($0)@far.example" }
        _ = try await platform.calls().createDomainAlias(
            platform.request(DomainAlias(name: try DomainName("also.example"), domain: platform.domain), [:]))
        for (address, targets, words) in [
            (ann, ["x@far.example", "Ann@acme.example"], "own address"), (ann, ["ann@also.example"], "own address"),
            (ann, [], "1 to 100"), (ann, many, "1 to 100"), ("desk@acme.example", [bob], "shared mailbox"),
            ("nix@acme.example", [bob], "no user"), ("ann@far.example", [bob], "no domain"),
        ] {
            #expect(await refusal { _ = try await set(address, to: targets, on: platform) }.contains(words), "\(address) \(words)")
        }
        #expect(try await set(ann, to: Array(many.dropLast()), on: platform).to.count == 100)
        await platform.close()
    }

    @Test("Forwards follow users and domains that get other names") func renamed() async throws {
        let platform = try await platform(), calls = platform.calls()
        _ = try await set(ann, to: [bob, "out@far.example"], on: platform)
        _ = try await set(bob, to: ["ann+x@acme.example"], on: platform)
        let rename = UserRename(address: try EmailAddress("robert@acme.example"), keepAlias: false)
        _ = try await calls.renameUser(platform.request(rename, ["address": bob]))
        #expect(try await show(ann, on: platform) == ["out@far.example", "robert@acme.example"])
        #expect(try await show("robert@acme.example", on: platform) == ["ann+x@acme.example"])
        let domain = DomainRename(name: try DomainName("new.example"), keepAlias: false)
        _ = try await calls.renameDomain(platform.request(domain, ["name": "acme.example"]))
        #expect(try await show("ann@new.example", on: platform) == ["out@far.example", "robert@new.example"])
        #expect(try await show("robert@new.example", on: platform) == ["ann+x@new.example"])
        await platform.close()
    }

    @Test("A group leads no deeper through a forward than mail is followed") func depth() async throws {
        let platform = try await platform(), calls = platform.calls()
        for number in 1...9 {
            let group = NewGroup(
                address: try EmailAddress("g\(number)@acme.example"),
                members: [try TargetAddress(number == 1 ? ann : "g\(number - 1)@acme.example")])
            _ = try await calls.createGroup(platform.request(group, [:]))
        }
        _ = try await set(ann, to: [bob], on: platform)
        let deep = await refusal { _ = try await set(bob, to: ["desk@acme.example"], on: platform) }
        #expect(deep.contains("10 deep at most"), "\(deep)")
        let group = NewGroup(address: try EmailAddress("top@acme.example"), members: [try TargetAddress("g9@acme.example")])
        #expect(await refusal { _ = try await calls.createGroup(platform.request(group, [:])) }.contains("10 deep at most"))
        await platform.close()
    }

    private func apply(_ users: [DesiredUser], prune: Bool = false, on platform: TestPlatform) async throws -> (ApplyPreview, Int64?) {
        let desired = DesiredState.tenant(
            DesiredTenant(name: try TenantName("acme"), domains: [DesiredDomain(name: platform.domain)], users: users))
        let calls = platform.calls()
        let preview = try await calls.previewApply(platform.request(ApplyPreviewRequest(desired: desired, prune: prune), [:]))
        let request = ApplyRequest(desired: desired, prune: prune, fingerprint: preview.fingerprint)
        return (preview, try await calls.apply(platform.request(request, [:])).number)
    }

    @Test("Desired states set, change, export and undo forwards, and say whose target goes") func states() async throws {
        let platform = try await platform(), calls = platform.calls()
        _ = try await platform.owner.query("DELETE FROM users WHERE shared")
        let annAddress = try EmailAddress(ann), bobAddress = try EmailAddress(bob), eve = try EmailAddress("eve@acme.example")
        let forward = NewForward(to: [try TargetAddress(bob), try TargetAddress("out@far.example")], copy: false)
        let users = [
            DesiredUser(address: annAddress, forward: .on(forward)), DesiredUser(address: bobAddress),
            DesiredUser(address: eve, forward: .on(NewForward(to: [try TargetAddress(ann)]))),
        ]
        let (preview, _) = try await apply(users, on: platform)
        #expect(preview.changes.flatMap(\.fields).map(\.field) == ["forward", "forward"])
        #expect(try await show(ann, on: platform) == [bob, "out@far.example"])
        #expect(try await show("eve@acme.example", on: platform) == [ann])
        #expect(try await apply(users, prune: true, on: platform).1 == nil, "nothing is left to do")
        let exported = try await calls.exportState(platform.request(Nothing(), ["name": "acme"]))
        #expect(exported.users.map(\.forward) == [.on(forward), nil, users[2].forward])
        let (less, number) = try await apply([users[0], DesiredUser(address: eve, forward: .off)], prune: true, on: platform)
        #expect(less.impact.brokenForwards == [ann])
        #expect(await refusal { _ = try await show("eve@acme.example", on: platform) }.contains("forwards nothing"))
        let path = ["number": "\(try #require(number))"]
        let undo = try await calls.previewUndo(platform.request(Nothing(), path))
        _ = try await calls.undo(platform.request(UndoRequest(fingerprint: undo.fingerprint), path))
        #expect(try await calls.exportState(platform.request(Nothing(), ["name": "acme"])) == exported)
        await platform.close()
    }

    @Test("An explanation says where mail goes on to, and whether a copy stays") func explained() async throws {
        let platform = try await platform(), calls = platform.calls()
        _ = try await set(ann, to: ["out@far.example"], on: platform)
        _ = try await set(bob, to: ["gone@acme.example"], copy: false, on: platform)
        for (address, says) in [
            (ann, "Its mail goes on to out@far.example, and a copy stays with the user."),
            (bob, "Its mail would go on to gone@acme.example, where nobody else is found, and so stays with the user."),
        ] {
            let explained = try await calls.explainDelivery(
                platform.request(ExplainedMessage(), [:], query: ["address": address]))
            #expect(explained.steps.first { $0.rule == "forward of \(address)" }?.says == says)
        }
        await platform.close()
    }

    @Test("The record of changes tells where mail went before") func audited() async throws {
        let platform = try await platform()
        _ = try await set(ann, to: ["out@far.example"], on: platform)
        let state = try await AdminSubject.address(try EmailAddress(ann)).auditedState(platform.control, of: Calls.setForward)
        #expect(state?.contains(#""forward": {"to": ["out@far.example"], "copy": true}"#) == true, "\(state ?? "")")
        await platform.close()
    }
}
