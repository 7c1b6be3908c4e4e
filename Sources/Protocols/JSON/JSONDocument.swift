/// A JSON text (RFC 8259), taken apart once: where each value stands, and where the one behind it.
final class JSONDocument {
    enum Kind { case null, yes, no, number, text, escapedText, array, object }

    struct Value {
        let kind: Kind
        /// Its octets; of a text, those between the quotes.
        let start: Int
        var end: Int
        /// The place in `values` behind it and all in it. In an object each member is a text and a value.
        var next: Int
    }

    let octets: [UInt8]
    let values: [Value]

    /// - Throws: `DecodingError.dataCorrupted` where it is no JSON.
    init(_ octets: [UInt8]) throws {
        self.octets = octets
        var parser = JSONParser(octets)
        values = try parser.read()
    }
}

// MARK: Single values

extension JSONDocument {
    /// nil: it is no text, or no UTF-8.
    func text(at place: Int) -> String? {
        let value = values[place]
        switch value.kind {
        case .text: return String(validating: octets[value.start..<value.end], as: UTF8.self)
        case .escapedText: return unescaped(octets[value.start..<value.end])
        case .null, .yes, .no, .number, .array, .object: return nil
        }
    }

    /// Whether the member's name is this.
    func isName(_ name: String, at place: Int) -> Bool {
        let value = values[place]
        guard value.kind == .text else { return text(at: place).map { $0.utf8.elementsEqual(name.utf8) } ?? false }
        let utf8 = name.utf8
        return utf8.count == value.end - value.start && utf8.elementsEqual(octets[value.start..<value.end])
    }

    /// nil: it is no whole number, or does not fit.
    func integer<Number: FixedWidthInteger>(at place: Int) -> Number? {
        let value = values[place]
        guard value.kind == .number else { return nil }
        let isNegative = octets[value.start] == UInt8(ascii: "-")
        var magnitude: UInt64 = 0
        for octet in octets[(isNegative ? value.start + 1 : value.start)..<value.end] {
            guard octet.isDigit else { return double(at: place).flatMap(Number.init(exactly:)) }
            let (tens, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(UInt64(octet - 0x30))
            guard !overflow, !carry else { return nil }
            magnitude = sum
        }
        guard isNegative else { return Number(exactly: magnitude) }
        if magnitude == Int64.min.magnitude { return Number(exactly: Int64.min) }
        return Int64(exactly: magnitude).flatMap { Number(exactly: -$0) }
    }

    func double(at place: Int) -> Double? {
        let value = values[place]
        guard value.kind == .number else { return nil }
        return Double(String(decoding: octets[value.start..<value.end], as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil }
    }

    private func unescaped(_ octets: ArraySlice<UInt8>) -> String? {
        var result: [UInt8] = [], rest = octets
        while let octet = rest.popFirst() {
            guard octet == UInt8(ascii: "\\") else { result.append(octet); continue }
            switch rest.popFirst() {
            case UInt8(ascii: "\""): result.append(UInt8(ascii: "\""))
            case UInt8(ascii: "\\"): result.append(UInt8(ascii: "\\"))
            case UInt8(ascii: "/"): result.append(UInt8(ascii: "/"))
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                guard let scalar = Self.scalar(&rest) else { return nil }
                result += String(scalar).utf8
            default: return nil
            }
        }
        return String(validating: result, as: UTF8.self)
    }

    /// Behind `\u`: four hexadecimal digits, and of a surrogate its other half.
    private static func scalar(_ rest: inout ArraySlice<UInt8>) -> Unicode.Scalar? {
        guard let first = unit(&rest) else { return nil }
        guard UTF16.isLeadSurrogate(first) else { return Unicode.Scalar(first) }
        guard rest.popFirst() == UInt8(ascii: "\\"), rest.popFirst() == UInt8(ascii: "u"), let second = unit(&rest),
            UTF16.isTrailSurrogate(second)
        else { return nil }
        return Unicode.Scalar(0x10000 + (UInt32(first - 0xD800) << 10 | UInt32(second - 0xDC00)))
    }

    private static func unit(_ rest: inout ArraySlice<UInt8>) -> UInt16? {
        let digits = rest.prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }) else { return nil }
        rest = rest.dropFirst(4)
        return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (0x30...0x39).contains(self) }
}

/// Finds the values of a JSON text.
private struct JSONParser {
    private typealias Kind = JSONDocument.Kind

    /// Arrays and objects in one another, at most: what is read calls itself.
    private static let depthLimit = 200

    private let octets: [UInt8]
    private var values: [JSONDocument.Value] = []
    private var position = 0

    init(_ octets: [UInt8]) { self.octets = octets }

    mutating func read() throws -> [JSONDocument.Value] {
        // A value has a few octets at least.
        values.reserveCapacity(octets.count / 8 + 1)
        try readValue(depth: 0)
        skipSpace()
        guard position == octets.count else { throw broken("something behind its end") }
        return values
    }

    /// The octet in hand; 0, which stands nowhere in JSON, behind the last one.
    private var octet: UInt8 { position < octets.count ? octets[position] : 0 }

    private mutating func skipSpace() {
        while octet == 0x20 || octet == 0x0A || octet == 0x0D || octet == 0x09 { position += 1 }
    }

    private mutating func readValue(depth: Int) throws {
        skipSpace()
        switch octet {
        case UInt8(ascii: "{"): try readContainer(.object, end: UInt8(ascii: "}"), depth: depth + 1)
        case UInt8(ascii: "["): try readContainer(.array, end: UInt8(ascii: "]"), depth: depth + 1)
        case UInt8(ascii: "\""): try readText()
        case UInt8(ascii: "t"): try readWord("true", .yes)
        case UInt8(ascii: "f"): try readWord("false", .no)
        case UInt8(ascii: "n"): try readWord("null", .null)
        default: try readNumber()
        }
    }

    private mutating func readContainer(_ kind: Kind, end: UInt8, depth: Int) throws {
        guard depth <= Self.depthLimit else { throw broken("too many levels") }
        let place = values.count
        values.append(JSONDocument.Value(kind: kind, start: position, end: position, next: place))
        position += 1
        skipSpace()
        if octet != end {
            while true {
                if kind == .object {
                    skipSpace()
                    guard octet == UInt8(ascii: "\"") else { throw broken("a member without a name") }
                    try readText()
                    skipSpace()
                    guard octet == UInt8(ascii: ":") else { throw broken("a name without a value") }
                    position += 1
                }
                try readValue(depth: depth)
                skipSpace()
                guard octet == UInt8(ascii: ",") else { break }
                position += 1
            }
            guard octet == end else { throw broken("a list without an end") }
        }
        position += 1
        values[place].end = position
        values[place].next = values.count
    }

    private mutating func readText() throws {
        position += 1
        let start = position
        var isEscaped = false
        while octet != UInt8(ascii: "\"") {
            guard octet >= 0x20 else { throw broken("a text with a control character, or without an end") }
            if octet == UInt8(ascii: "\\") {
                isEscaped = true
                position += 1
            }
            position += 1
        }
        append(isEscaped ? .escapedText : .text, from: start)
        position += 1
    }

    private mutating func readWord(_ word: StaticString, _ kind: Kind) throws {
        let start = position
        guard octets.count - start >= word.utf8CodeUnitCount,
            octets[start..<start + word.utf8CodeUnitCount].elementsEqual(word.description.utf8)
        else { throw broken("an unknown word") }
        position += word.utf8CodeUnitCount
        append(kind, from: start)
    }

    /// RFC 8259 §6.
    private mutating func readNumber() throws {
        let start = position
        if octet == UInt8(ascii: "-") { position += 1 }
        if octet == UInt8(ascii: "0") { position += 1 } else { try readDigits() }
        if octet == UInt8(ascii: ".") {
            position += 1
            try readDigits()
        }
        if octet == UInt8(ascii: "e") || octet == UInt8(ascii: "E") {
            position += 1
            if octet == UInt8(ascii: "+") || octet == UInt8(ascii: "-") { position += 1 }
            try readDigits()
        }
        append(.number, from: start)
    }

    private mutating func readDigits() throws {
        guard octet.isDigit else { throw broken("what is no value") }
        while octet.isDigit { position += 1 }
    }


    private mutating func append(_ kind: Kind, from start: Int) {
        values.append(JSONDocument.Value(kind: kind, start: start, end: position, next: values.count + 1))
    }

    private func broken(_ what: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: [], debugDescription: "The JSON has \(what), at octet \(position)."))
    }
}
