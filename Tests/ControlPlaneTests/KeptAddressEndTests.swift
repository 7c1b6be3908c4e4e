import AdminAPI
import Postgres
import Runtime
import Testing

@testable import ControlPlane

/// How deleted aliases and groups end, who reaches them, and what desired states do with them.
extension KeptAddressTests {
    @Test("Without a grace period, and with `now`, they are destroyed at once; a hold on the domain or tenant keeps them")
    func destroyed() async throws {
        let platform = try await platform(), calls = platform.calls()
        let request = request(info, on: platform), now = self.request(info, now: true, on: platform)
        func make() async throws { try await alias(info, to: ["ann@acme.example"], on: calls, platform) }
        try await make()
        #expect(try await calls.deleteAlias(now) == .destroyed)
        #expect(await refusal { _ = try await calls.deleteAlias(now) } == "notFound There is no alias \(info).")
        try await make()
        _ = try await calls.deleteAlias(request)
        #expect(await refusal { _ = try await calls.deleteGroup(now) } == "notFound There is no group \(info).", "it was an alias")
        #expect(try await calls.deleteAlias(now) == .destroyed, "what was deleted already")
        #expect(try await kept(calls, platform) == [])
        try await make()
        _ = try await platform.owner.query(#"UPDATE tenants SET limits = '{"keptDays": 0}'"#)
        // A hold on a user, or on another domain, is none on this alias.
        _ = try await platform.owner.query(
            """
            INSERT INTO holds (tenant_id, user_id, reason, set_by)
            SELECT tenant_id, user_id, 'case', 'jo' FROM users WHERE local_part = 'ann'
            """)
        _ = try await calls.setHold(platform.request(NewHold(reason: "case"), ["target": "second.example"]))
        #expect(try await calls.deleteAlias(request) == .destroyed)
        for target in ["acme.example", "acme"] {
            try await make()
            _ = try await calls.setHold(platform.request(NewHold(reason: "case"), ["target": target]))
            #expect(await refusal { _ = try await calls.deleteAlias(now) }.contains("there is a legal hold on \(target)"))
            #expect(try await !calls.deleteAlias(request).destroyed)
            #expect(await refusal { _ = try await calls.deleteAlias(now) }.contains("there is a legal hold on \(target)"))
            #expect(try await calls.listDeleted(platform.request(Nothing(), [:])).map(\.held) == [true])
            let overdue = try #require(try await calls.overdueDeletions().first)
            #expect(overdue.level == .alias && overdue.name == info)
            #expect(try await !calls.isFree(overdue))
            #expect(try await !calls.destroy(overdue))
            _ = try await calls.releaseHold(platform.request(Nothing(), ["target": target]))
            #expect(try await calls.isFree(overdue))
            #expect(try await calls.destroy(overdue))
            #expect(try await !calls.destroy(overdue), "once")
            #expect(try await kept(calls, platform) == [])
        }
        await platform.close()
    }

    @Test("A hold that is being set is waited for") func heldMeanwhile() async throws {
        let platform = try await platform(), calls = platform.calls(), now = request(info, now: true, on: platform)
        try await alias(info, to: ["ann@acme.example"], on: calls, platform)
        let setting = """
            WITH locked AS (SELECT tenant_id FROM tenants FOR NO KEY UPDATE)
            INSERT INTO holds (tenant_id, reason, set_by) SELECT tenant_id, 'case', 'jo' FROM locked
            """
        let deleting = try await platform.holding(setting, until: 1) {
            Task { await refusal { _ = try await calls.deleteAlias(now) } }
        }
        #expect(await deleting.value.contains("there is a legal hold on acme"))
        _ = try await calls.showAlias(request(info, on: platform))
        _ = try await calls.deleteAlias(request(info, on: platform))
        _ = try await platform.owner.query("DELETE FROM holds")
        _ = try await platform.owner.query("UPDATE kept_addresses SET kept_until = now()")
        let overdue = try #require(try await calls.overdueDeletions().first)
        let destroying = try await platform.holding(setting, until: 1) { Task { try await calls.destroy(overdue) } }
        #expect(try await !destroying.value)
        #expect(try await kept(calls, platform) == ["alias \(info)"])
        await platform.close()
    }

    @Test("The housekeeping takes those whose grace period is over, and no others") func swept() async throws {
        let platform = try await platform(), calls = platform.calls()
        for name in ["one", "two", "three"] {
            try await alias("\(name)@acme.example", to: ["ann@acme.example"], on: calls, platform)
            _ = try await calls.deleteAlias(request("\(name)@acme.example", on: platform))
        }
        try await group(team, ["ann@acme.example"], on: calls, platform)
        _ = try await calls.deleteGroup(request(team, on: platform))
        #expect(try await calls.overdueDeletions().map(\.name) == [])
        _ = try await platform.owner.query("UPDATE kept_addresses SET kept_until = now() WHERE local_part IN ('one', 'team')")
        _ = try await platform.owner.query("UPDATE kept_addresses SET kept_until = NULL WHERE local_part = 'two'")
        let overdue = try await calls.overdueDeletions()
        #expect(Set(overdue.map { "\($0.level.rawValue) \($0.name)" }) == ["alias one@acme.example", "group \(team)"])
        for one in overdue { #expect(try await calls.destroy(one)) }
        #expect(try await kept(calls, platform) == ["alias three@acme.example", "alias two@acme.example"])
        await platform.close()
    }

    @Test("A domain's administrator reaches those of the domain alone, with members of the whole tenant; a trial leaves all as it is")
    func parts() async throws {
        let platform = try await platform(), calls = platform.calls()
        let found = try await platform.owner.query("SELECT domain_id FROM domains WHERE name = 'acme.example'")
        let domain = try #require(try found.first?.int8(0)), acme = try TenantName("acme")
        let one = calls.confined(
            to: AdministeredPart(tenant: platform.tenant, tenantName: acme, domain: domain, domainName: platform.domain))
        let whole = calls.confined(to: AdministeredPart(tenant: platform.tenant, tenantName: acme, domain: nil, domainName: nil))
        let theirs = "info@second.example"
        try await alias(theirs, to: ["eve@second.example"], on: calls, platform)
        try await group(team, ["eve@second.example", "gone@second.example"], owners: ["eve@second.example"], on: calls, platform)
        #expect(await refusal { _ = try await one.deleteAlias(request(theirs, on: platform)) }.contains("notFound"))
        _ = try await whole.deleteAlias(request(theirs, on: platform))
        _ = try await one.deleteGroup(request(team, on: platform))
        #expect(try await kept(one, platform) == ["group \(team)"])
        #expect(try await kept(whole, platform) == ["alias \(theirs)", "group \(team)"])
        #expect(await refusal { _ = try await one.undeleteAlias(request(theirs, on: platform)) }.contains("notFound"))
        #expect(await refusal { _ = try await one.deleteAlias(request(theirs, now: true, on: platform)) }.contains("notFound"))
        let names = platform.request(Nothing(), [:], query: ["kind": NameKind.deletedAliases.rawValue])
        #expect(try await one.names(names).names == [])
        #expect(try await whole.names(names).names == [theirs])
        let back = try await one.rehearsed { [team] in try await $0.undeleteGroup(platform.request(Nothing(), ["address": team])) }
        #expect(back.leftOut.map(\.text) == ["gone@second.example"])
        #expect(try await one.undeleteGroup(request(team, on: platform)) == back)
        #expect(try await !whole.deleteGroup(request(team, on: platform)).destroyed)
        #expect(try await whole.undeleteGroup(request(team, on: platform)).leftOut == [])
        _ = try await whole.undeleteAlias(request(theirs, on: platform))
        await platform.close()
    }

    private func apply(
        _ desired: DesiredTenant, by part: AdministeredPart? = nil, _ platform: TestPlatform
    ) async throws -> Int64? {
        let calls = platform.calls().confined(to: part)
        let preview = ApplyPreviewRequest(desired: .tenant(desired))
        let fingerprint = try await calls.previewApply(platform.request(preview, [:])).fingerprint
        let request = ApplyRequest(desired: .tenant(desired), fingerprint: fingerprint)
        return try await calls.apply(platform.request(request, [:])).number
    }

    private func undo(_ number: Int64?, by part: AdministeredPart? = nil, _ platform: TestPlatform) async throws -> Int64? {
        let calls = platform.calls().confined(to: part), path = ["number": "\(number ?? 0)"]
        let fingerprint = try await calls.previewUndo(platform.request(Nothing(), path)).fingerprint
        return try await calls.undo(platform.request(UndoRequest(fingerprint: fingerprint), path)).number
    }

    @Test("What an apply takes away is kept; its undoing makes it again and forgets that, and no other", arguments: [false, true])
    func applied(asTenantsAdministrator: Bool) async throws {
        let platform = try await platform(), calls = platform.calls(), acme = try TenantName("acme")
        let part: AdministeredPart? =
            asTenantsAdministrator
            ? AdministeredPart(tenant: platform.tenant, tenantName: acme, domain: nil, domainName: nil) : nil
        try await alias(info, to: ["x@far.example"], on: calls, platform)
        _ = try await calls.deleteAlias(request(info, on: platform))
        try await alias(info, to: ["ann@acme.example", "bob@acme.example"], on: calls, platform)
        try await group(team, ["ann@acme.example", "bob@acme.example"], owners: ["carl@acme.example"], on: calls, platform)
        let aliasBefore = try await calls.showAlias(request(info, on: platform))
        let groupBefore = try await calls.showGroup(request(team, on: platform))
        var desired = DesiredTenant(name: acme)
        desired.gone = GoneFromTenant(aliases: [try AliasAddress(info)], groups: [try EmailAddress(team)])
        let number = try await apply(desired, by: part, platform)
        let all = ["alias \(info)", "alias \(info)", "group \(team)"]
        #expect(try await kept(calls, platform) == all)
        let undone = try await undo(number, by: part, platform)
        #expect(try await calls.showAlias(request(info, on: platform)) == aliasBefore)
        #expect(try await calls.showGroup(request(team, on: platform)) == groupBefore)
        #expect(try await kept(calls, platform) == ["alias \(info)"], "the one that was deleted before")
        // An undo deletes too, and is undone.
        _ = try await undo(undone, by: part, platform)
        #expect(try await kept(calls, platform) == all)
        // What came back by itself is there already, and not made twice.
        #expect(try await calls.undeleteGroup(request(team, on: platform)).group == groupBefore)
        _ = try await undo(number, by: part, platform)
        #expect(try await calls.showAlias(request(info, on: platform)) == aliasBefore)
        await platform.close()
    }

    @Test("An apply without a grace period destroys them, but for what a hold keeps") func appliedForEver() async throws {
        let platform = try await platform(), calls = platform.calls()
        _ = try await platform.owner.query(#"UPDATE tenants SET limits = '{"keptDays": 0}'"#)
        let theirs = "info@second.example"
        try await alias(info, to: ["ann@acme.example"], on: calls, platform)
        try await alias(theirs, to: ["ann@acme.example"], on: calls, platform)
        _ = try await calls.setHold(platform.request(NewHold(reason: "case"), ["target": "second.example"]))
        var desired = DesiredTenant(name: try TenantName("acme"))
        desired.gone = GoneFromTenant(aliases: [try AliasAddress(info), try AliasAddress(theirs)])
        _ = try await apply(desired, platform)
        #expect(try await kept(calls, platform) == ["alias \(theirs)"])
        await platform.close()
    }

    @Test("Who asks why mail is refused is told that the address was deleted, and how it comes back") func explained() async throws {
        let platform = try await platform(), calls = platform.calls()
        try await alias(info, to: ["ann@acme.example"], on: calls, platform)
        _ = try await calls.deleteAlias(request(info, on: platform))
        let note = try #require(try await calls.keptNote(.user, .alias, .group, of: info))
        #expect(note.says.hasPrefix("It was deleted at ") && note.change == "alias undelete \(info)")
        #expect(try await calls.keptNote(.user, .group, of: info) == nil)
        await platform.close()
    }
}
