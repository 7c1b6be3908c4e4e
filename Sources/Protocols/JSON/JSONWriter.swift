/// Writes values as JSON (RFC 8259), straight into octets, the members of an object in the order in which the value names them.
///
/// For answers that may have thousands of objects: Foundation's encoder makes an object of each member first, and sorts them.
public enum JSONWriter {
    /// - Throws: `EncodingError` for a number that JSON does not have (infinite, or none), and what the value throws.
    public static func octets(of value: some Encodable) throws -> [UInt8] {
        let output = JSONOutput()
        try output.write(value)
        return output.octets
    }
}

/// What was written so far. A container ends when something is written beside it, or its value is done.
final class JSONOutput {
    private struct Container {
        let end: UInt8
        var isEmpty = true
    }

    private(set) var octets: [UInt8] = []
    private var open: [Container] = []

    func write(_ value: some Encodable) throws {
        let (before, level) = (octets.count, open.count)
        try value.encode(to: JSONValueEncoder(output: self))
        close(to: level)
        // A value without any members writes nothing.
        if octets.count == before { octets += "{}".utf8 }
    }

    /// - Returns: the container's level, for `next(in:)`.
    func begin(_ first: Unicode.Scalar, _ last: Unicode.Scalar) -> Int {
        octets.append(UInt8(ascii: first))
        open.append(Container(end: UInt8(ascii: last)))
        return open.count
    }

    /// What is written next is the next in that container.
    func next(in level: Int) {
        close(to: level)
        if open[level - 1].isEmpty { open[level - 1].isEmpty = false } else { octets.append(UInt8(ascii: ",")) }
    }

    private func close(to level: Int) {
        while open.count > level { octets.append(open.removeLast().end) }
    }

    func write(key: some CodingKey, in level: Int) {
        next(in: level)
        octets.append(text: key.stringValue)
        octets.append(UInt8(ascii: ":"))
    }

    func write(word: String) { octets += word.utf8 }
    func write(text: String) { octets.append(text: text) }
}

extension [UInt8] {
    /// RFC 8259 §7.
    fileprivate mutating func append(text: String) {
        append(UInt8(ascii: "\""))
        if text.utf8.contains(where: Self.isEscaped) {
            for octet in text.utf8 { Self.isEscaped(octet) ? append(escaped: octet) : append(octet) }
        } else {
            self += text.utf8
        }
        append(UInt8(ascii: "\""))
    }

    private static func isEscaped(_ octet: UInt8) -> Bool { octet < 0x20 || octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\") }

    private mutating func append(escaped octet: UInt8) {
        append(UInt8(ascii: "\\"))
        switch octet {
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        case 0..<0x20: self += ((octet < 0x10 ? "u000" : "u00") + String(octet, radix: 16)).utf8
        default: append(octet)
        }
    }
}

/// Hands one value's containers out.
private struct JSONValueEncoder: Encoder, SingleValueEncodingContainer {
    let output: JSONOutput
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(JSONObjectEncoder<Key>(output: output, level: output.begin("{", "}")))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer { JSONArrayEncoder(output: output, level: output.begin("[", "]")) }
    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodeNil() { output.write(word: "null") }
    func encode(_ value: Bool) { output.write(word: value ? "true" : "false") }
    func encode(_ value: String) { output.write(text: value) }
    func encode(_ value: Double) throws { try write(value) }
    func encode(_ value: Float) throws { try write(value) }
    func encode(_ value: Int) { write(value) }
    func encode(_ value: Int8) { write(value) }
    func encode(_ value: Int16) { write(value) }
    func encode(_ value: Int32) { write(value) }
    func encode(_ value: Int64) { write(value) }
    func encode(_ value: UInt) { write(value) }
    func encode(_ value: UInt8) { write(value) }
    func encode(_ value: UInt16) { write(value) }
    func encode(_ value: UInt32) { write(value) }
    func encode(_ value: UInt64) { write(value) }
    func encode(_ value: some Encodable) throws { try output.write(value) }

    private func write(_ value: some FixedWidthInteger) { output.write(word: String(value)) }

    private func write(_ value: some BinaryFloatingPoint & CustomStringConvertible) throws {
        guard value.isFinite else {
            throw EncodingError.invalidValue(value, .init(codingPath: [], debugDescription: "JSON has no such number: \(value)"))
        }
        output.write(word: value.description)
    }
}

private struct JSONObjectEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let output: JSONOutput
    let level: Int
    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) {
        output.write(key: key, in: level)
        output.write(word: "null")
    }

    /// Numbers, texts and truth values too: they write themselves into a single value's container.
    func encode(_ value: some Encodable, forKey key: Key) throws {
        output.write(key: key, in: level)
        try output.write(value)
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
        output.write(key: key, in: level)
        return JSONValueEncoder(output: output).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        output.write(key: key, in: level)
        return JSONValueEncoder(output: output).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { encoder(for: SuperKey()) }
    func superEncoder(forKey key: Key) -> any Encoder { encoder(for: key) }

    private func encoder(for key: some CodingKey) -> any Encoder {
        output.write(key: key, in: level)
        return JSONValueEncoder(output: output)
    }
}

private struct JSONArrayEncoder: UnkeyedEncodingContainer {
    let output: JSONOutput
    let level: Int
    private(set) var count = 0
    var codingPath: [any CodingKey] { [] }

    init(output: JSONOutput, level: Int) { (self.output, self.level) = (output, level) }

    private mutating func next() {
        output.next(in: level)
        count += 1
    }

    mutating func encodeNil() {
        next()
        output.write(word: "null")
    }

    mutating func encode(_ value: some Encodable) throws {
        next()
        try output.write(value)
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        next()
        return JSONValueEncoder(output: output).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        next()
        return JSONValueEncoder(output: output).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        next()
        return JSONValueEncoder(output: output)
    }
}

/// As Foundation names what a class's parent writes.
struct SuperKey: CodingKey {
    var stringValue: String { "super" }
    var intValue: Int? { nil }

    init() {}
    init?(stringValue: String) { if stringValue != "super" { return nil } }
    init?(intValue: Int) { nil }
}
