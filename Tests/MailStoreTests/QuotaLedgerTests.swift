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
}
