import SASL
import Testing

@Suite("Nothing that a client answers stops an exchange") struct MutationTests {
    @Test("100,000 mutated responses are credentials, a challenge or malformed") func mutations() {
        var state: UInt64 = 4616
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let texts = ["Ursel\0Kurt\0xipj3plmq", "\0tim\0tanstaaftanstaaf", "tim", "AHRpbQB0YW5zdGFhZnRhbnN0YWFm", "Zm8="]
        let seeds = texts.map { Array($0.utf8) }
        for round in 0..<100_000 {
            var octets = seeds[round % seeds.count]
            for _ in 0...random(4) where !octets.isEmpty {
                let place = random(octets.count)
                switch random(3) {
                case 0: octets[place] = UInt8(random(256))
                case 1: octets.insert(UInt8(random(2) * random(256)), at: place)
                default: octets.remove(at: place)
                }
            }
            if let decoded = Base64.decode(octets) { #expect(Base64.encode(decoded) == octets) }
            if let credentials = SASLCredentials(plain: octets) { #expect(credentials.plainMessage == octets) }
            for mechanism in SASLMechanism.allCases {
                var exchange = SASLServerExchange(mechanism)
                guard case .challenge = exchange.start(initialResponse: round.isMultiple(of: 2) ? octets : nil) else { continue }
                guard case .challenge = exchange.receive(octets) else { continue }
                guard case .challenge = exchange.receive(octets) else { continue }
                Issue.record("\(mechanism) asks for ever")
            }
        }
    }

    @Test("Eight times the octets take about eight times as long", arguments: ["A", "=", "\0"]) func linear(unit: String) {
        func work(_ count: Int) -> Duration {
            let octets = Array(String(repeating: unit, count: count).utf8)
            return ContinuousClock().measure {
                _ = Base64.decode(octets)
                _ = SASLCredentials(plain: octets)
            }
        }
        _ = work(10_000)
        #expect(work(800_000) < work(100_000) * 30 + .milliseconds(200))
    }
}
