import ControlPlane
import Testing

@Suite("Nothing in a configuration file stops the reader") struct ConfigurationMutationTests {
    static let seed = Array(
        """
        {"hostname": "mx.acme.example", "portBase": 0, "adminUsers": [1000], "argon2": {"memory": 7168, "passes": 5},
         "messageSize": "10 MB", "overQuota": "defer", "retrySchedule": [1, 2], "plaintextLoginFromLoopback": true,
         "routes": [{"domain": "\\u00e9lse.example", "host": "127.0.0.1", "port": 2500}], "database": {"url": "postgresql://h/d"}}
        """.utf8)

    @Test("100,000 mutated files are read or refused with a sentence") func mutations() {
        var state: UInt64 = 8259
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let marks = Array("{}[]\",:\\u0-9.eE+\n".utf8)
        for _ in 0..<100_000 {
            var bytes = Self.seed
            for _ in 0...random(3) {
                let place = random(bytes.count)
                switch random(4) {
                case 0: bytes[place] = UInt8(random(256))
                case 1: bytes[place] = marks[random(marks.count)]
                case 2: bytes.insert(marks[random(marks.count)], at: place)
                default: bytes.remove(at: place)
                }
            }
            var configuration = Configuration(hostname: "h", loginThreads: 1)
            do { try configuration.apply(file: bytes, path: "c") } catch { #expect(error.description.hasPrefix("c")) }
        }
    }

    static let units = ["[", "[1],", "\"a\",", "\\\\", "9", "\n", "{\"a\":"]

    @Test("Eight times the file takes about eight times as long", arguments: units) func linear(unit: String) {
        func work(_ count: Int) -> Duration {
            let bytes = Array(("{\"routes\": [\"" + String(repeating: unit, count: count)).utf8)
            return ContinuousClock().measure {
                var configuration = Configuration(hostname: "h", loginThreads: 1)
                try? configuration.apply(file: bytes, path: "c")
            }
        }
        _ = work(1_000)
        #expect(work(80_000) < work(10_000) * 30 + .milliseconds(200))
    }
}
