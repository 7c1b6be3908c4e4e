/// Reads values from JSON (RFC 8259). For answers that may have thousands of objects: Foundation's decoder makes a dictionary of each.
///
/// Of members of one name the first counts; those that the value does not ask for are passed over.
public enum JSONReader {
    /// - Throws: `DecodingError`, and what the value throws.
    public static func value<Value: Decodable>(_ type: Value.Type, from octets: [UInt8]) throws -> Value {
        try Value(from: JSONValueDecoder(document: JSONDocument(octets), place: 0))
    }
}

/// One value, by its place in the document.
private struct JSONValueDecoder: Decoder, SingleValueDecodingContainer {
    let document: JSONDocument
    let place: Int
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard document.values[place].kind == .object else { throw mismatch([String: Any].self) }
        return KeyedDecodingContainer(JSONObjectDecoder<Key>(document: document, place: place))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard document.values[place].kind == .array else { throw mismatch([Any].self) }
        return JSONArrayDecoder(document: document, place: place)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    func decodeNil() -> Bool { document.values[place].kind == .null }

    func decode(_ type: Bool.Type) throws -> Bool {
        switch document.values[place].kind {
        case .yes: true
        case .no: false
        case .null, .number, .text, .escapedText, .array, .object: throw mismatch(type)
        }
    }

    func decode(_ type: String.Type) throws -> String { try require(document.text(at: place)) }
    func decode(_ type: Double.Type) throws -> Double { try require(document.double(at: place)) }
    func decode(_ type: Float.Type) throws -> Float {
        try require(document.double(at: place).flatMap { Float($0).isFinite ? Float($0) : nil })
    }
    func decode(_ type: Int.Type) throws -> Int { try require(document.integer(at: place)) }
    func decode(_ type: Int8.Type) throws -> Int8 { try require(document.integer(at: place)) }
    func decode(_ type: Int16.Type) throws -> Int16 { try require(document.integer(at: place)) }
    func decode(_ type: Int32.Type) throws -> Int32 { try require(document.integer(at: place)) }
    func decode(_ type: Int64.Type) throws -> Int64 { try require(document.integer(at: place)) }
    func decode(_ type: UInt.Type) throws -> UInt { try require(document.integer(at: place)) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try require(document.integer(at: place)) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try require(document.integer(at: place)) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try require(document.integer(at: place)) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try require(document.integer(at: place)) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try Value(from: self) }

    private func require<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw mismatch(Value.self) }
        return value
    }

    private func mismatch(_ type: Any.Type) -> DecodingError {
        .typeMismatch(type, .init(codingPath: [], debugDescription: "The value at octet \(document.values[place].start) is another."))
    }
}

private final class JSONObjectDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let document: JSONDocument
    private let place: Int
    /// The member behind the one that was asked for last, which is most often asked for next.
    private var likely: Int
    var codingPath: [any CodingKey] { [] }

    init(document: JSONDocument, place: Int) {
        (self.document, self.place) = (document, place)
        likely = place + 1
    }

    private var end: Int { document.values[place].next }

    var allKeys: [Key] {
        var keys: [Key] = [], member = place + 1
        while member < end {
            if let key = document.text(at: member).flatMap({ Key(stringValue: $0) }) { keys.append(key) }
            member = document.values[member + 1].next
        }
        return keys
    }

    /// The place of a member's value.
    private func find(_ name: String) -> Int? {
        find(name, from: likely, to: end) ?? find(name, from: place + 1, to: likely)
    }

    private func find(_ name: String, from first: Int, to end: Int) -> Int? {
        var member = first
        while member < end {
            let next = document.values[member + 1].next
            if document.isName(name, at: member) {
                likely = next
                return member + 1
            }
            member = next
        }
        return nil
    }

    private func value(_ key: some CodingKey) throws -> JSONValueDecoder {
        guard let found = find(key.stringValue) else {
            throw DecodingError.keyNotFound(key, .init(codingPath: [], debugDescription: "There is no member \(key.stringValue)."))
        }
        return JSONValueDecoder(document: document, place: found)
    }

    func contains(_ key: Key) -> Bool { find(key.stringValue) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { try value(key).decodeNil() }
    /// Numbers, texts and truth values too: they read themselves from a single value's container.
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try Value(from: value(key)) }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        guard let found = find(key.stringValue), document.values[found].kind != .null else { return nil }
        return try Value(from: JSONValueDecoder(document: document, place: found))
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<Nested> {
        try value(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { try value(key).unkeyedContainer() }
    func superDecoder() throws -> any Decoder { try value(SuperKey()) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try value(key) }
}

private struct JSONArrayDecoder: UnkeyedDecodingContainer {
    private let document: JSONDocument
    private let place: Int
    private var next: Int
    private(set) var currentIndex = 0
    var codingPath: [any CodingKey] { [] }
    var count: Int? { nil }

    init(document: JSONDocument, place: Int) {
        (self.document, self.place) = (document, place)
        next = place + 1
    }

    var isAtEnd: Bool { next >= document.values[place].next }

    /// The element in hand; `pass` goes on behind it.
    private func element() throws -> JSONValueDecoder {
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(Any.self, .init(codingPath: [], debugDescription: "There is no element \(currentIndex)."))
        }
        return JSONValueDecoder(document: document, place: next)
    }

    private mutating func pass<Value>(_ value: Value) -> Value {
        next = document.values[next].next
        currentIndex += 1
        return value
    }

    mutating func decodeNil() throws -> Bool {
        guard try element().decodeNil() else { return false }
        return pass(true)
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { pass(try Value(from: element())) }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
        pass(try element().container(keyedBy: type))
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { pass(try element().unkeyedContainer()) }
    mutating func superDecoder() throws -> any Decoder { pass(try element()) }
}
