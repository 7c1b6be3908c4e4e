import POP3
import Testing

@Suite("Nothing that a client sends stops a POP3 session") struct MutationTests {
    @Test("100,000 mutated dialogues leave both machines answering or closed") func mutations() {
        var state: UInt64 = 1939
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let before = Array("CAPA\r\nSTLS\r\nUSER a\r\nPASS b\r\nAUTH PLAIN\r\n*\r\nAUTH LOGIN YQ==\r\nYg==\r\nQUIT\r\n".utf8)
        let behind = Array("STAT\r\nTOP 1 1\r\nRETR 2\r\nUIDL 1\r\nDELE 1\r\nRSET\r\nLIST\r\nQUIT\r\n".utf8)
        for round in 0..<100_000 {
            var octets = round.isMultiple(of: 2) ? before : behind
            for _ in 0...random(4) {
                let place = random(octets.count)
                switch random(3) {
                case 0: octets[place] = UInt8(random(256))
                case 1: octets.insert(UInt8(random(256)), at: place)
                default: octets.remove(at: place)
                }
            }
            let text = String(decoding: octets, as: UTF8.self), size = 1 + random(60)
            if round.isMultiple(of: 2) {
                var site = POP3AuthorizationTests.Site(offersSTLS: round.isMultiple(of: 4), isEncrypted: !round.isMultiple(of: 4))
                site.hear(text, inPiecesOf: size)
                #expect(site.said.isEmpty || site.said.hasSuffix("\r\n"))
            } else {
                var site = POP3TransactionTests.Site()
                site.hear(text, inPiecesOf: size)
                #expect(site.said.isEmpty || site.said.hasSuffix("\r\n"))
            }
        }
    }

    static let units = ["NOOP\r\n", "x", "RSET \r\n", "\n"]

    @Test("Eight times the octets take about eight times as long", arguments: units) func linear(unit: String) {
        func work(_ count: Int) -> Duration {
            let text = String(repeating: unit, count: count)
            return ContinuousClock().measure {
                var site = POP3TransactionTests.Site()
                site.hear(text, inPiecesOf: 500)
            }
        }
        _ = work(1_000)
        #expect(work(40_000) < work(5_000) * 30 + .milliseconds(200))
    }
}
