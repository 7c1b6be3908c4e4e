/// A text that is looked for without regard to case, as IMAP's SEARCH does: RFC 3501 §6.4.4.
public struct SearchKey: Sendable, Equatable {
    private let folded: [UInt8]
    private let borders: [Int]

    public init(_ text: String) {
        folded = Self.fold(Array(text.utf8))
        borders = Self.borders(of: folded)
    }

    /// Empty is found in everything.
    public var isEmpty: Bool { folded.isEmpty }

    public func isFound(in text: String) -> Bool { isFound(in: Array(text.utf8)) }

    /// Looks in UTF-8. Linear in both lengths: Knuth, Morris and Pratt.
    public func isFound(in utf8: [UInt8]) -> Bool {
        guard !folded.isEmpty else { return true }
        guard !utf8.isEmpty else { return false }
        var matched = 0
        for byte in Self.fold(utf8) {
            while matched > 0, folded[matched] != byte { matched = borders[matched - 1] }
            if folded[matched] == byte { matched += 1 }
            if matched == folded.count { return true }
        }
        return false
    }

    /// For each prefix of the key, the length of its longest proper prefix that is also its suffix.
    private static func borders(of key: [UInt8]) -> [Int] {
        var borders = [Int](repeating: 0, count: key.count)
        var length = 0
        for index in key.indices.dropFirst() {
            while length > 0, key[length] != key[index] { length = borders[length - 1] }
            if key[length] == key[index] { length += 1 }
            borders[index] = length
        }
        return borders
    }

    private static func fold(_ utf8: [UInt8]) -> [UInt8] {
        if utf8.allSatisfy({ $0 < 0x80 }) { return utf8.map(ASCII.lower) }
        return Array(String(decoding: utf8, as: UTF8.self).lowercased().utf8)
    }
}

extension ParsedMessage {
    /// Whether a field of that name contains the key; an empty key asks only for the field (`HEADER name ""`).
    public func headerContains(_ name: [UInt8], _ key: SearchKey) -> Bool {
        root.fields.contains { ASCII.equal(bytes[$0.nameRange], name) && key.isFound(in: EncodedWord.decode(value(of: $0))) }
    }

    public func headerContains(_ name: String, _ key: SearchKey) -> Bool { headerContains(Array(name.utf8), key) }

    /// `BODY`: the decoded text parts, the headers of embedded messages and of parts.
    public func bodyContains(_ key: SearchKey) -> Bool { key.isEmpty || bodyContains(key, in: root) }

    /// `TEXT`: the header too.
    public func textContains(_ key: SearchKey) -> Bool { key.isEmpty || fieldsContain(key, in: root) || bodyContains(key, in: root) }

    private func fieldsContain(_ key: SearchKey, in entity: Entity) -> Bool {
        entity.fields.contains { field in
            key.isFound(in: String(decoding: bytes[field.nameRange], as: UTF8.self) + ": " + EncodedWord.decode(value(of: field)))
        }
    }

    private func bodyContains(_ key: SearchKey, in entity: Entity) -> Bool {
        switch entity.kind {
        case .leaf: return decodedText(of: entity).map { key.isFound(in: $0) } ?? false
        case .multipart, .message: return entity.children.contains { fieldsContain(key, in: $0) || bodyContains(key, in: $0) }
        }
    }

    /// The text of a text part as Unicode; nil for other parts.
    public func decodedText(of entity: Entity) -> String? {
        guard entity.kind == .leaf, entity.contentType.isText else { return nil }
        let charset = Charset(name: entity.contentType.parameter("charset") ?? [])
        return charset.decode(decodedBody(of: entity))
    }

    /// The body with its content-transfer-encoding undone; as it is where the encoding is not known.
    public func decodedBody(of entity: Entity) -> [UInt8] {
        let body = bytes[entity.bodyRange]
        let name = first("Content-Transfer-Encoding", in: entity).flatMap(ContentTransferEncoding.name(parsing:)) ?? BodyStructure.sevenBit
        switch ContentTransferEncoding(name: name) {
        case .identity, .unknown: return Array(body)
        case .base64: return Base64.decode(body)
        case .quotedPrintable: return QuotedPrintable.decode(body)
        }
    }
}
