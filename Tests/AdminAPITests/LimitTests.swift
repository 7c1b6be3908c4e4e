import AdminAPI
import FoundationEssentials
import Testing

@Suite("Limits") struct LimitTests {
    private func read(_ text: String) throws -> LimitChanges { try JSONDecoder().decode(LimitChanges.self, from: Data(text.utf8)) }

    @Test("Limits are numbers, lists, unlimited, or taken away") func values() throws {
        let changes = try read(#"{"users":20,"storage":"unlimited","protocols":["imap","submission"],"aliases":null}"#)
        #expect(changes.values[.users] == .some(.number(20)))
        #expect(changes.values[.storage] == .some(.unlimited))
        #expect(changes.values[.protocols] == .some(.services([.imap, .submission])))
        #expect(changes.values[.aliases] == .some(nil) && changes.values.keys.contains(.aliases))
        var limits = LimitSet([.aliases: .number(3), .domains: .number(1)])
        limits.apply(changes)
        let services = LimitValue.services([.imap, .submission])
        #expect(limits.values == [.users: .number(20), .storage: .unlimited, .protocols: services, .domains: .number(1)])
        let encoded = try JSONEncoder().encode(limits)
        #expect(try JSONDecoder().decode(LimitSet.self, from: encoded) == limits)
    }

    @Test(
        "What is no limit is refused with the reason",
        arguments: [
            #"{"user":20}"#, #"{"users":"many"}"#, #"{"users":true}"#, #"{"protocols":["webmail"]}"#, #"{"protocols":["Web"]}"#,
            #"{"protocols":"web"}"#, "[]", "3",
        ])
    func malformed(text: String) { #expect(throws: (any Error).self) { try read(text) } }

    @Test("The web is a service of plans, and none of app passwords") func web() throws {
        #expect(try read(#"{"protocols":["web","imap"]}"#).values[.protocols] == .some(.services([.web, .imap])))
        #expect(LimitValue.services([.imap, .web]).description == "imap,web")
        #expect(try MailService.ofMailProgram("pop3") == .pop3)
        let refusal = #expect(throws: AdminError.self) { try MailService.ofMailProgram("web") }
        #expect(refusal?.code == .invalid && refusal?.message == "No app password opens the web: it is for mail programs.")
        #expect(throws: AdminError.self) { try MailService.ofMailProgram("webmail") }
        #expect(MailService.allCases == MailService.ofMailPrograms + [.web])
    }

    static let misfits: [(String, QuotaLevel?)] = [
        (#"{"users":-1}"#, nil), (#"{"users":["imap"]}"#, nil), (#"{"protocols":5}"#, nil), (#"{"storage":1}"#, .tenant),
        (#"{"users":1}"#, .user),
        (#"{"userQuota":1}"#, .user), (#"{"messageSize":1}"#, .domain),
    ]
    @Test("A value must fit its name, and the name whom it is set for", arguments: misfits)
    func misfit(text: String, level: QuotaLevel?) throws {
        let changes = try read(text)
        #expect(throws: AdminError.self) { try changes.validate(for: level) }
    }

    @Test("Where a limit comes from is read as it is written") func sources() throws {
        let sources: [LimitSource] = [
            .nobody, .configuration, .plan(.standard), .tenant(try TenantName("acme")), .domain(try DomainName("acme.example")),
            .user(try EmailAddress("ann@acme.example")),
        ]
        for source in sources {
            #expect(try JSONDecoder().decode(LimitSource.self, from: try JSONEncoder().encode(source)) == source)
        }
        #expect(LimitName.largestUserQuota.words == "largest-user-quota")
    }
}
