import FoundationEssentials
import JSON
import TestSupport
import Testing

/// One of everything that a value may hold.
struct Sample: Codable, Equatable {
    enum Colour: String, Codable { case red, blue }
    struct Inner: Codable, Equatable {
        var name: String
        var numbers: [Int]
        var nothing: Int?
    }

    var text: String
    var small: Int8
    var large: Int64
    var largest: UInt64
    var fraction: Double
    var short: Float
    var yes: Bool
    var colour: Colour
    var missing: String?
    var present: String?
    var inner: Inner
    var inners: [Inner]
    var table: [String: Inner]
    var mixed: [Int?]
    var lists: [[String]]

    static let all = [
        Sample(
            text: "plain", small: -128, large: .min, largest: .max, fraction: 0.1, short: 1.5, yes: true, colour: .red, missing: nil,
            present: "x", inner: Inner(name: "", numbers: [], nothing: nil), inners: [], table: [:], mixed: [], lists: []),
        Sample(
            text: "\"\\/\u{8}\u{C}\n\r\t\u{1}\u{1F}\u{7F}\u{2028} b\u{FC}cher \u{1F4EC}", small: 127, large: .max, largest: 0,
            fraction: -1e300, short: 0, yes: false, colour: .blue, missing: "here", present: nil,
            inner: Inner(name: "a/b", numbers: [1, -2, 3], nothing: 0),
            inners: [Inner(name: "n", numbers: [0], nothing: nil), Inner(name: "m", numbers: [], nothing: 5)],
            table: ["": Inner(name: "x", numbers: [7], nothing: nil), "key \"": Inner(name: "y", numbers: [], nothing: 1)],
            mixed: [nil, 1, nil], lists: [[], ["a", ""], ["b"]]),
    ]
}

/// A container of another shape: nested containers, a parent's part, and no members at all.
struct Winding: Codable, Equatable {
    enum Keys: String, CodingKey { case outer, list, after }
    var first = 1, second = "two", third = [3, 4], after = true

    init() {}

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        let outer = try container.nestedContainer(keyedBy: Keys.self, forKey: .outer)
        first = try outer.decode(Int.self, forKey: .list)
        var list = try container.nestedUnkeyedContainer(forKey: .list)
        second = try list.decode(String.self)
        #expect(try list.decodeNil() && !list.isAtEnd && list.currentIndex == 2)
        var inner = try list.nestedUnkeyedContainer()
        third = [try inner.decode(Int.self), try inner.decode(Int.self)]
        #expect(inner.isAtEnd)
        after = try Bool(from: container.superDecoder(forKey: .after))
        #expect(try Int(from: container.superDecoder()) == 9)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        var outer = container.nestedContainer(keyedBy: Keys.self, forKey: .outer)
        try outer.encode(first, forKey: .list)
        var list = container.nestedUnkeyedContainer(forKey: .list)
        try list.encode(second)
        try list.encodeNil()
        var inner = list.nestedUnkeyedContainer()
        for number in third { try inner.encode(number) }
        try after.encode(to: container.superEncoder(forKey: .after))
        try 9.encode(to: container.superEncoder())
    }
}

struct Empty: Codable, Equatable {}

struct JSONTests {
    private func text(_ value: some Encodable) throws -> String { String(decoding: try JSONWriter.octets(of: value), as: UTF8.self) }

    @Test("Members stand in the order of the value, and what is missing is left out") func order() throws {
        let inner = Sample.Inner(name: "b\u{FC}\n\u{1}\"", numbers: [1, 2], nothing: nil)
        #expect(try text(inner) == #"{"name":"bü\n\u0001\"","numbers":[1,2]}"#)
        #expect(try text([inner.numbers, []]) == "[[1,2],[]]")
        #expect(try text(Empty()) == "{}" && text([Empty(), Empty()]) == "[{},{}]" && text("a/b") == "\"a/b\"")
        #expect(try text([Int?.none, 1]) == "[null,1]" && text(-0.5) == "-0.5" && text(Int64.min) == "-9223372036854775808")
        #expect(try text(Winding()) == #"{"outer":{"list":1},"list":["two",null,[3,4]],"after":true,"super":9}"#)
    }

    @Test("What Foundation writes is read, and it reads what is written") func foundation() throws {
        for sample in Sample.all {
            let written = try JSONWriter.octets(of: sample), theirs = Array(try JSONEncoder().encode(sample))
            #expect(try JSONReader.value(Sample.self, from: written) == sample)
            #expect(try JSONReader.value(Sample.self, from: theirs) == sample)
            #expect(try JSONDecoder().decode(Sample.self, from: Data(written)) == sample)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            #expect(try JSONReader.value(Sample.self, from: Array(encoder.encode(sample))) == sample)
        }
        #expect(try JSONReader.value(Winding.self, from: JSONWriter.octets(of: Winding())) == Winding())
        #expect(try JSONReader.value(Winding.self, from: Array(JSONEncoder().encode(Winding()))) == Winding())
        #expect(try JSONReader.value([Empty].self, from: Array(" [ {} , {\"x\":[{}]} ] ".utf8)) == [Empty(), Empty()])
    }

    static let texts: [(String, String?)] = [
        (#""""#, ""), (#""a\u0041\u00fc\ud83d\uDCEC\/""#, "aA\u{FC}\u{1F4EC}/"), (#""\ud83d""#, nil), (#""\udcec\ud83d""#, nil),
        (#""\u12""#, nil), (#""\u+123""#, nil), (#""\x""#, nil), ("\"a\nb\"", nil), ("\"open", nil), (#""open\""#, nil),
        ("\"a\" b", nil), ("", nil), ("nul", nil), ("null", nil), ("1", nil), ("[\"a\"]", nil),
    ]
    @Test("A text is read as RFC 8259 has it, or not at all", arguments: texts) func readText(json: String, text: String?) {
        let read = try? JSONReader.value(String.self, from: Array(json.utf8))
        #expect(read.map { Array($0.utf8) } == text.map { Array($0.utf8) })
    }

    static let numbers: [(String, Int?)] = [
        ("0", 0), ("-0", 0), ("12", 12), ("-9223372036854775808", .min), ("9223372036854775807", .max), ("9223372036854775808", nil),
        ("99999999999999999999", nil), ("1.0", 1), ("1e2", 100), ("1.5", nil), ("01", nil), ("+1", nil), ("1.", nil), (".5", nil),
        ("-", nil), ("1e", nil), ("0x1", nil), ("NaN", nil), ("\"1\"", nil), ("1 1", nil), ("1e999", nil),
    ]
    @Test("A whole number is read if it is one, and fits", arguments: numbers) func readNumber(json: String, number: Int?) {
        #expect((try? JSONReader.value(Int.self, from: Array(json.utf8))) == number)
    }

    static let broken = [
        "[", "[1", "[1,", "[1,]", "[,1]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{a:1}", "{1:1}", "[1}", "{\"a\":1]", "]",
    ]
    @Test("What is no JSON is refused, and so is what has no end of levels", arguments: broken) func refused(json: String) {
        #expect(throws: DecodingError.self) { try JSONReader.value([Int].self, from: Array(json.utf8)) }
        #expect(throws: DecodingError.self) { try JSONReader.value(Empty.self, from: Array(json.utf8)) }
        let deep = Array(String(repeating: "[", count: 100_000).utf8)
        #expect(throws: DecodingError.self) { try JSONReader.value([Int].self, from: deep) }
    }

    @Test("Numbers that JSON does not have are refused") func noNumber() {
        for number in [Double.nan, .infinity, -.infinity] {
            #expect(throws: EncodingError.self) { try JSONWriter.octets(of: [number]) }
        }
    }

    @Test("Whatever octets come, they are read or refused") func mutations() throws {
        var numbers = SeededNumbers(state: 8259)
        for sample in Sample.all {
            let whole = try JSONWriter.octets(of: sample)
            for end in whole.indices {
                #expect(throws: DecodingError.self) { try JSONReader.value(Sample.self, from: Array(whole[..<end])) }
            }
            for _ in 0..<5_000 {
                var octets = whole
                for _ in 0..<Int.random(in: 1...3, using: &numbers) {
                    let place = Int.random(in: 0..<octets.count, using: &numbers)
                    let telling = Array("{}[]\",:\\u-0e".utf8) + [UInt8.random(in: .min ... .max, using: &numbers)]
                    octets[place] = telling.randomElement(using: &numbers) ?? 0
                }
                guard let read = try? JSONReader.value(Sample.self, from: octets) else { continue }
                #expect(try JSONReader.value(Sample.self, from: JSONWriter.octets(of: read)) == read)
            }
        }
    }
}
