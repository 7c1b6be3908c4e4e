import Runtime
import Testing

@testable import MailStore

@EventLoopActor
@Suite struct QuotaLedgerTests {
    @Test("What is on its way counts where its user is, also after a move or a deletion") func movedWithMailOnItsWay() throws {
        let ledger = QuotaLedger()
        let amount = QuotaUsage(bytes: 500, messages: 1)
        func reload(userIn domain: Int64?, forgets: Bool = false) {
            ledger.replace(
                tenant: .init(), domains: [1: .init(), 2: .init()], users: forgets ? [:] : [7: .init(domain: domain, level: .init())])
        }
        /// What is reserved and logged in the two domains and the tenant.
        func underWay() -> [[Int64]] {
            [ledger.domains[1], ledger.domains[2], ledger.tenant].map { [$0?.reserved.messages ?? -1, $0?.logged.messages ?? -1] }
        }
        reload(userIn: 1)
        let first = try ledger.reserve(amount, for: 7), second = try ledger.reserve(amount, for: 7)
        first.markLogged()
        #expect(underWay() == [[1, 1], [0, 0], [1, 1]])
        reload(userIn: 2)
        #expect(underWay() == [[0, 0], [1, 1], [1, 1]])
        second.markLogged()
        #expect(underWay() == [[0, 0], [0, 2], [0, 2]])
        reload(userIn: nil)
        #expect(underWay() == [[0, 0], [0, 0], [0, 0]])
        reload(userIn: 1)
        #expect(underWay() == [[0, 2], [0, 0], [0, 2]])
        first.end()
        reload(userIn: 1, forgets: true)
        second.end()
        #expect(underWay() == [[0, 0], [0, 0], [0, 0]])
        #expect(ledger.domains[1]?.current.bytes == 0)
    }

    @Test("What was read before figures were set right, or while they are, does not count afterwards") func readingOverlapsAlignment() {
        let ledger = QuotaLedger()
        func set(_ number: Int) {
            ledger.replace(tenant: .init(), domains: [1: .init()], users: [:])
            ledger.endAlignment(number, at: 3)
        }
        set(ledger.beginAlignment())
        #expect(ledger.generation == 3)
        let early = ledger.moment
        #expect(early == ledger.moment)
        let recount = ledger.beginAlignment()
        #expect(early != ledger.moment)
        #expect(ledger.generation == nil, "nobody may come into the ledger who is not among those that are being read")
        #expect(!ledger.hasTaken(recount))
        set(recount)
        #expect(ledger.generation == 3, "the directory is the same")
        #expect(early != ledger.moment)
        #expect(ledger.hasTaken(recount))
    }

    @Test("Figures that were set right are known as taken also while others are being set right") func alignmentsInARow() {
        let ledger = QuotaLedger()
        let failed = ledger.beginAlignment(), first = ledger.beginAlignment()
        ledger.endAlignment(first, at: 0)
        let second = ledger.beginAlignment()
        #expect(ledger.hasTaken(first))
        #expect(!ledger.hasTaken(second))
        #expect(ledger.hasTaken(failed), "later figures are as good")
    }
}
