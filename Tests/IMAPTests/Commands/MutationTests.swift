import IMAP
import Testing

@Suite("Nothing that a client sends stops the server") struct MutationTests {
    @Test("100,000 mutated commands end in a value or an error") func mutations() {
        var random = SeededGenerator(state: 3501)
        let seeds = CommandTests.valid.map { Array(("a1 " + $0 + "\r\n").utf8) }
        var commands = 0
        for _ in 0..<100_000 {
            var bytes = seeds[Int(random.next() % UInt64(seeds.count))]
            for _ in 0...(random.next() % 4) where !bytes.isEmpty {
                let index = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 4 {
                case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: index)
                case 2: bytes.insert(Array("(){}[]*%\"\\ :,.<>+&-~9\r\n".utf8)[Int(random.next() % 23)], at: index)
                default:
                    let other = seeds[Int(random.next() % UInt64(seeds.count))]
                    bytes.replaceSubrange(index..., with: other.suffix(Int(random.next() % UInt64(other.count))))
                }
            }
            var reader = CommandReader(limits: CommandReader.Limits(line: 1000, literal: 1000, message: 1000))
            for case .command(let text) in outcomes(&reader, bytes + Array("\r\n".utf8), split: Int(random.next() % 20) + 1) {
                commands += 1
                _ = try? CommandTable.parse(text)
            }
        }
        #expect(commands > 50_000)
    }

    static func duration(_ text: String) -> Duration {
        ContinuousClock().measure {
            var reader = CommandReader(limits: CommandReader.Limits(line: 10_000_000, literal: 10_000_000, message: 0))
            for case .command(let found) in outcomes(&reader, Array((text + "\r\n").utf8), split: 1000) {
                _ = try? CommandTable.parse(found)
            }
        }
    }

    @Test(
        "Ten times the command takes about ten times as long",
        arguments: [
            ("a FETCH ", "1:2,", "3 FLAGS"), ("a SEARCH ", "OR SEEN ", "ALL"), ("a SEARCH ", "SUBJECT x ", "ALL"),
            ("a SELECT \"", "\\\"", "\""),
            ("a SELECT ", "&", ""), ("a LIST \"\" \"", "*%", "\""), ("a FETCH 1 BODY[", "1.", "1]"), ("a LOGIN ", "{1+}\r\nx", ""),
        ]) func linear(start: String, middle: String, end: String)
    {
        let short = Self.duration(start + String(repeating: middle, count: 5_000) + end)
        let long = Self.duration(start + String(repeating: middle, count: 50_000) + end)
        #expect(long < short * 40 + .milliseconds(200))
    }
}
