import MailStore
import Testing

@Suite struct QuotaThresholdTests {
    static let thresholds = QuotaThresholds(percents: [95, 80, 100, 80])

    private static func bytes(_ used: Int64, of limit: Int64?, refused: Bool = false) -> QuotaThresholds.Reading {
        QuotaThresholds.Reading(resource: .bytes, used: used, limit: limit, hasRefused: refused)
    }
    private static func messages(_ used: Int64, of limit: Int64) -> QuotaThresholds.Reading {
        QuotaThresholds.Reading(resource: .messages, used: used, limit: limit)
    }

    static let readings: [(QuotaThresholds.Reading, Int)] = [
        (bytes(799_999, of: 1_000_000), 0), (bytes(800_000, of: 1_000_000), 80), (bytes(949_999, of: 1_000_000), 80),
        (bytes(950_000, of: 1_000_000), 95), (bytes(995_904, of: 1_000_000), 95), (bytes(1_000_000, of: 1_000_000), 100),
        (bytes(2_000_000, of: 1_000_000), 100), (bytes(.max, of: .max), 100), (bytes(.max / 5 * 4, of: .max), 0),
        // Full is also what lets nothing in, though not what let one great message wait outside.
        (bytes(995_905, of: 1_000_000), 100), (bytes(950_000, of: 1_000_000, refused: true), 100),
        (bytes(949_999, of: 1_000_000, refused: true), 80), (messages(98, of: 100), 95), (messages(99, of: 100), 100),
        // No limit, and limits that a warning itself would fill.
        (bytes(1_000_000, of: nil), 0), (bytes(0, of: 0), 0), (bytes(40_959, of: 40_959), 0), (bytes(40_960, of: 40_960), 100),
        (messages(19, of: 19), 0), (messages(20, of: 20), 100),
    ]
    @Test("The highest threshold that is reached is told of", arguments: readings)
    func reached(reading: QuotaThresholds.Reading, percent: Int) { #expect(Self.thresholds.reached(by: reading) == percent) }

    static let falls: [(Int, Int64, Int)] = [
        (100, 950_000, 100), (100, 949_999, 95), (95, 900_000, 95), (95, 899_999, 80), (80, 750_000, 80), (80, 749_999, 0),
        (100, 0, 0), (0, 990_000, 0), (80, 1_000_000, 80),
    ]
    @Test("A threshold is armed again five percent of the limit below it", arguments: falls)
    func standing(told: Int, used: Int64, percent: Int) {
        #expect(Self.thresholds.standing(told, by: Self.bytes(used, of: 1_000_000)) == percent)
    }

    @Test("Without a limit nothing stands") func unlimited() {
        #expect(Self.thresholds.standing(95, by: Self.bytes(1_000_000, of: nil)) == 0)
    }

    @Test("What is told of stands at the same usage: a warning cannot repeat itself") func stable() {
        for used in stride(from: Int64(0), through: 1_100_000, by: 997) {
            for refused in [false, true] {
                let reading = Self.bytes(used, of: 1_000_000, refused: refused)
                let told = Self.thresholds.reached(by: reading)
                #expect(Self.thresholds.standing(told, by: reading) == told)
            }
        }
    }
}
