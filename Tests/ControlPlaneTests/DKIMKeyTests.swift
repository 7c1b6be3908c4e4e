import AdminAPI
import Postgres
import Runtime
import Testing

@testable import ControlPlane

/// Keys that sign mail: from when on, and until when.
@Suite("Keys of DKIM", .serialized, .timeLimit(.minutes(2))) @EventLoopActor struct DKIMKeyTests {
    /// A zone with the records of these keys.
    private func zone(_ keys: [DKIMKey]) -> [String] { keys.map { "\($0.record.name) TXT \($0.record.value)" } }

    /// One in which the keys' names have no such record.
    private func emptyZone(_ keys: [DKIMKey]) -> [String] { keys.map { "\($0.record.name) A 192.0.2.1" } }

    /// - Parameter name: nil: the domain's own.
    private func create(_ platform: TestPlatform, _ selector: String, for name: String? = nil) async throws -> [DKIMKey] {
        let new = NewDKIMKeys(selector: try DKIMSelector(selector))
        return try await platform.calls().createDKIMKeys(platform.request(new, name.map { ["name": $0] })).filter {
            $0.selector.text.hasPrefix(selector)
        }
    }

    private func alias(_ name: String, _ platform: TestPlatform) async throws {
        let alias = DomainAlias(name: try DomainName(name), domain: platform.domain)
        _ = try await platform.calls().createDomainAlias(platform.request(alias, [:]))
    }

    private func states(_ platform: TestPlatform) async throws -> [String: DKIMKey.State] {
        let keys = try await platform.calls().listDKIMKeys(platform.request(Nothing(), [:]))
        return Dictionary(uniqueKeysWithValues: keys.map { ("\($0.selector)@\($0.domain)", $0.state) })
    }

    /// Why the call was refused; nil: it was not.
    private func refusal(_ body: @EventLoopActor () async throws -> [DKIMKey]) async throws -> AdminError.Code? {
        do {
            _ = try await body()
            return nil
        } catch let error as AdminError {
            return error.code
        }
    }

    private func refusal(
        of request: AdminRequest<Nothing>, _ platform: TestPlatform, zone: [String] = []
    ) async throws -> AdminError.Code? {
        try await refusal { try await platform.calls(zone: zone).activateDKIMKeys(request) }
    }

    @Test("Keys sign once the DNS has all their records, whatever their number, and retire those before") func activation() async throws {
        let platform = try await TestPlatform()
        let first = try await create(platform, "may")
        let request = platform.request(Nothing())
        let deaf = platform.calls(patience: .milliseconds(300))
        #expect(try await refusal { try await deaf.activateDKIMKeys(request) } == .unavailable)
        #expect(try await refusal(of: request, platform, zone: emptyZone(first)) == .conflict)
        #expect(try await refusal(of: request, platform, zone: zone([first[0]]) + emptyZone([first[1]])) == .conflict)
        #expect(try await Set(states(platform).values) == [.waiting])
        _ = try await platform.calls(zone: zone(first)).activateDKIMKeys(request)
        #expect(try await Set(states(platform).values) == [.active])

        // More at a time than the DNS is asked for at once; the last of them is not published.
        var more: [DKIMKey] = []
        for number in 1...5 { more += try await create(platform, "june\(number)") }
        let last = try #require(more.last)
        #expect(try await refusal(of: request, platform, zone: zone(more.dropLast()) + emptyZone([last])) == .conflict)
        #expect(try await states(platform).values.count { $0 == .active } == 2)
        _ = try await platform.calls(zone: zone(more)).activateDKIMKeys(request)
        let all = try await states(platform)
        #expect(first.allSatisfy { all["\($0.selector)@acme.example"] == .retired })
        #expect(more.allSatisfy { all["\($0.selector)@acme.example"] == .active })
        await platform.close()
    }

    @Test("Two activations at one time leave keys that sign, and one of them is told that it came late") func together() async throws {
        let platform = try await TestPlatform()
        let keys = try await create(platform, "may"), calls = platform.calls(zone: zone(keys)), request = platform.request(Nothing())
        let both = try await platform.holding("SELECT 1 FROM dkim_keys FOR UPDATE", until: 2) {
            (0..<2).map { _ in Task { try await calls.activateDKIMKeys(request) } }
        }
        var refusals: [AdminError.Code] = []
        for activation in both {
            do {
                #expect(try await Set(activation.value.map(\.state)) == [.active])
            } catch let error as AdminError {
                refusals.append(error.code)
            }
        }
        #expect(refusals == [.conflict])
        #expect(try await Set(states(platform).values) == [.active])
        await platform.close()
    }

    @Test("A key that goes while the DNS is asked is not replaced by half of what was looked for") func goes() async throws {
        let platform = try await TestPlatform()
        let keys = try await create(platform, "may"), calls = platform.calls(zone: zone(keys)), request = platform.request(Nothing())
        let late = try await platform.holding("DELETE FROM dkim_keys WHERE selector = 'maye'", until: 1) {
            Task { try await calls.activateDKIMKeys(request) }
        }
        #expect(try await refusal { try await late.value } == .conflict)
        #expect(try await states(platform) == ["mayr@acme.example": .waiting])
        await platform.close()
    }

    @Test("Unchecked, keys are activated for those who run the platform alone") func unchecked() async throws {
        let platform = try await TestPlatform(), unchecked = ["unchecked": "true"]
        let zone = emptyZone(try await create(platform, "may"))
        let confined = Role.allCases.filter { $0.reach != .platform }
        #expect(confined.count == 3)
        for role in confined {
            let asked = platform.request(Nothing(), query: unchecked, as: role)
            #expect(try await refusal(of: asked, platform, zone: zone) == .forbidden, "\(role)")
        }
        // Another word for it is no such wish: the DNS is asked.
        for word in ["TRUE", "1", "yes", ""] {
            let other = platform.request(Nothing(), query: ["unchecked": word])
            #expect(try await refusal(of: other, platform, zone: zone) == .conflict, "\(word)")
        }
        #expect(try await Set(states(platform).values) == [.waiting])
        let request = platform.request(Nothing(), query: unchecked)
        _ = try await platform.calls(zone: zone).activateDKIMKeys(request)
        #expect(try await Set(states(platform).values) == [.active])
        // None waits any more; what signs goes on.
        #expect(try await refusal(of: request, platform, zone: zone) == .conflict)
        #expect(try await Set(states(platform).values) == [.active])
        await platform.close()
    }

    @Test("A further name of a domain has keys of its own, which count for it alone and go with it") func aliases() async throws {
        let platform = try await TestPlatform(), also = "also.example", other = "other.example"
        try await alias(also, platform)
        try await alias(other, platform)
        let own = try await create(platform, "may"), further = try await create(platform, "may", for: also)
        #expect(further.map(\.record.name).sorted() == ["maye._domainkey.also.example.", "mayr._domainkey.also.example."])
        #expect(Set(own.map(\.record.value)).isDisjoint(with: further.map(\.record.value)))
        let request = platform.request(Nothing(), ["name": also])
        // The records of the one are none of the other's.
        #expect(try await refusal(of: request, platform, zone: zone(own) + emptyZone(further)) == .conflict)
        _ = try await platform.calls(zone: zone(further)).activateDKIMKeys(request)
        let alsoActive: [String: DKIMKey.State] = [
            "mayr@acme.example": .waiting, "maye@acme.example": .waiting, "mayr@also.example": .active, "maye@also.example": .active,
        ]
        #expect(try await states(platform) == alsoActive)
        let records = try await platform.calls().domainRecords(request)
        #expect(further.allSatisfy { key in records.contains { $0.name == key.record.name } })
        #expect(!records.contains { $0.name.hasSuffix("_domainkey.acme.example.") })
        #expect(records.contains { $0.value.contains("p=quarantine") })
        let check = try await platform.calls(zone: emptyZone(further), patience: .seconds(2)).checkDomain(request)
        #expect(check.findings.contains { $0.name == "mayr._domainkey.also.example." && $0.verdict == .wrong })
        let elsewhere = platform.calls(zone: ["x.example. A 192.0.2.1"], patience: .seconds(2))
        let unsigned = try await elsewhere.checkDomain(platform.request(Nothing(), ["name": other]))
        #expect(unsigned.findings.contains { $0.name == "_domainkey.other.example." && $0.verdict == .advised })
        // What is done to the one name is not done to the other.
        _ = try await platform.calls(zone: zone(own)).activateDKIMKeys(platform.request(Nothing()))
        let june = try await create(platform, "june", for: also)
        _ = try await platform.calls(zone: zone(june)).activateDKIMKeys(request)
        #expect(try await states(platform).filter { $0.value == .active }.keys.sorted() == [
            "junee@also.example", "juner@also.example", "maye@acme.example", "mayr@acme.example",
        ])
        _ = try await platform.calls().deleteDKIMKey(platform.request(Nothing(), ["name": also, "selector": "mayr"]))
        #expect(try await states(platform)["mayr@acme.example"] == .active)
        #expect(try await states(platform)["mayr@also.example"] == nil)
        #expect(try await refusal { try await create(platform, "june", for: also) } == .alreadyExists)
        #expect(try await refusal { try await create(platform, "june", for: "nobodys.example") } == .notFound)
        let listed = try await platform.calls().listDKIMKeys(platform.request(Nothing(), [:], query: ["domain": also]))
        #expect(Set(listed.map(\.domain.text)) == [also] && listed.count == 3)

        // Renamed, the domain leaves the further name as it is; and a name that goes takes its keys along.
        _ = try await platform.calls().renameDomain(platform.request(DomainRename(name: DomainName("new.example"), keepAlias: false)))
        #expect(try await states(platform).filter { $0.value == .active }.keys.sorted() == ["junee@also.example", "juner@also.example"])
        _ = try await platform.calls().deleteDomainAlias(platform.request(Nothing(), ["name": also]))
        #expect(try await states(platform) == ["mayr@new.example": .waiting, "maye@new.example": .waiting])
        await platform.close()
    }

    @Test("A domain that is renamed and keeps its old name as an alias goes on signing for that, and has no keys under the new one yet")
    func renamedWithAlias() async throws {
        let platform = try await TestPlatform(), old = platform.request(Nothing())
        let keys = try await create(platform, "may"), new = try DomainName("acme-group.example")
        _ = try await platform.calls(zone: zone(keys)).activateDKIMKeys(old)
        _ = try await platform.calls().renameDomain(platform.request(DomainRename(name: new, keepAlias: true)))
        #expect(try await states(platform) == ["mayr@acme.example": .active, "maye@acme.example": .active])
        #expect(try await platform.calls().showDKIMKeys(old).map(\.record).sorted { $0.name < $1.name }.map(\.value)
            == keys.map(\.record).sorted { $0.name < $1.name }.map(\.value))
        let request = platform.request(Nothing(), ["name": new.text])
        #expect(try await refusal(of: request, platform, zone: zone(keys)) == .conflict)
        let made = try await create(platform, "may", for: new.text)
        _ = try await platform.calls(zone: zone(made)).activateDKIMKeys(request)
        #expect(try await Set(states(platform).keys) == [
            "mayr@acme.example", "maye@acme.example", "mayr@acme-group.example", "maye@acme-group.example",
        ])
        #expect(try await Set(states(platform).values) == [.active])
        await platform.close()
    }

    @Test("After the domain is renamed its keys wait for records under the new name") func renamed() async throws {
        let platform = try await TestPlatform()
        let old = try await create(platform, "april")
        _ = try await platform.calls(zone: zone(old)).activateDKIMKeys(platform.request(Nothing()))
        let keys = try await create(platform, "may")
        _ = try await platform.calls(zone: zone(keys)).activateDKIMKeys(platform.request(Nothing()))
        let new = try DomainName("acme-group.example"), underNewName = ["name": new.text]
        _ = try await platform.calls().renameDomain(platform.request(DomainRename(name: new, keepAlias: false)))
        #expect(
            try await states(platform) == [
                "aprilr@acme-group.example": .retired, "aprile@acme-group.example": .retired, "mayr@acme-group.example": .waiting,
                "maye@acme-group.example": .waiting,
            ])
        // The old name is gone; and its records do not count for the new one.
        let request = platform.request(Nothing(), underNewName)
        #expect(try await refusal(of: platform.request(Nothing()), platform, zone: zone(keys)) == .notFound)
        let waiting = try await platform.calls().showDKIMKeys(request).filter { $0.state == .waiting }
        #expect(waiting.map(\.record.value) == keys.map(\.record.value))
        #expect(waiting.allSatisfy { $0.record.name == "\($0.selector)._domainkey.acme-group.example." })
        #expect(try await refusal(of: request, platform, zone: zone(keys) + emptyZone(waiting)) == .conflict)
        _ = try await platform.calls(zone: zone(waiting)).activateDKIMKeys(request)
        #expect(try await states(platform).filter { $0.value == .active }.keys.sorted() == waiting.map { "\($0.selector)@\(new)" }.sorted())
        await platform.close()
    }
}

/// As the router has them done.
extension Provisioning {
    fileprivate func createDKIMKeys(_ request: AdminRequest<NewDKIMKeys>) async throws -> [DKIMKey] {
        try await createDKIMKeys(request, newSigningKeys(request))
    }

    fileprivate func activateDKIMKeys(_ request: AdminRequest<Nothing>) async throws -> [DKIMKey] {
        try await activateDKIMKeys(request, publishedKeys(request))
    }
}
