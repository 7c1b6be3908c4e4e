import AdminAPI
import Testing

@Suite("The record that proves a domain") struct OwnershipRecordTests {
    static let token = "0123456789abcdef0123456789abcdef"

    private func record() throws -> OwnershipRecord { try OwnershipRecord(of: DomainName("acme.example"), token: Self.token) }

    @Test("Stands below a label of its own, as in a zone file") func form() throws {
        #expect(try record().line == "_casella-challenge.acme.example. TXT \"casella-domain-verification=\(Self.token)\"")
        #expect(try record().question == "_casella-challenge.acme.example")
    }

    static let published: [([String], OwnershipRecord.Finding)] = [
        ([], .absent), (["casella-domain-verification=\(token)"], .proved),
        (["v=spf1 -all", "casella-domain-verification=\(token)"], .proved),
        ([" \"Casella-Domain-Verification=0123456789ABCDEF0123456789ABCDEF\" "], .proved),
        (["casella-domain-verification=\(token)0"], .anotherToken), (["casella-domain-verification="], .anotherToken),
        (["x", "casella-domain-verification=\(token.dropLast())"], .anotherToken),
        ([token], .somethingElse(token)),
        (["x casella-domain-verification=\(token)"], .somethingElse("x casella-domain-verification=\(token)")),
        (["casella-domain-verification = \(token)"], .somethingElse("casella-domain-verification = \(token)")),
        (["\""], .somethingElse("")), ([""], .somethingElse("")),
    ]
    @Test("Is found among others, however a form wrote it, and nothing else is taken for it", arguments: published)
    func finding(texts: [String], found: OwnershipRecord.Finding) throws { #expect(try record().finding(in: texts) == found) }

    @Test("What is found instead is said in a sentence, without what a terminal would obey") func explanation() throws {
        let record = try record()
        #expect(OwnershipRecord.Finding.proved.explanation(at: record) == nil)
        #expect(OwnershipRecord.Finding.absent.explanation(at: record) == "There is no TXT record at _casella-challenge.acme.example. yet.")
        let strange = record.finding(in: ["\u{1B}[2J" + String(repeating: "x", count: 1000)]).explanation(at: record)
        #expect(strange?.contains("\u{1B}") == false && (strange?.count ?? 0) < 200)
    }

    @Test("A domain that leaves no room for the label is refused") func tooLong() throws {
        let labels = Array(repeating: String(repeating: "a", count: 57), count: 4).joined(separator: ".")
        _ = try OwnershipRecord(of: DomainName("\(labels).x"), token: Self.token)
        _ = try OwnershipRecord(of: DomainName("\(labels).xx"), token: Self.token)
        #expect(throws: AdminError.self) { try OwnershipRecord(of: DomainName("\(labels).xxx"), token: Self.token) }
    }

    @Test("A claim carries its record") func claim() throws {
        let moment = Timestamp(secondsSince1970: 0)
        let claim = try DomainClaim(
            name: DomainName("acme.example"), tenant: TenantName("acme"), state: .open, token: Self.token, claimedAt: moment,
            expiresAt: moment, checkedAt: nil)
        #expect(claim.record == (try record()))
    }
}
