/// Reads the binary form of `CachedStructure`. Nil means damaged.
struct StructureReader {
    let bytes: [UInt8]
    var position: Int
    /// More than `MessageLimits.depth`: nothing deeper is ever written.
    private static let depthLimit = 256

    init(bytes: [UInt8], position: Int) {
        self.bytes = bytes
        self.position = position
    }

    mutating func byte() -> UInt8? {
        guard position < bytes.count else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func number() -> Int? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 63, by: 7) {
            guard let byte = byte() else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return Int(exactly: value) }
        }
        return nil
    }

    /// The outer nil means damaged, the inner one an absent string.
    mutating func optional() -> [UInt8]?? {
        guard let count = number() else { return nil }
        guard count > 0 else { return .some(nil) }
        guard count - 1 <= bytes.count - position else { return nil }
        defer { position += count - 1 }
        return .some(Array(bytes[position..<position + count - 1]))
    }

    mutating func string() -> [UInt8]? { optional() ?? nil }

    mutating func list<Element>(_ read: (inout StructureReader) -> Element?) -> [Element]? {
        // Each element takes a byte at least, so that no count can ask for more memory than the input has.
        guard let count = number(), count <= bytes.count - position else { return nil }
        var elements: [Element] = []
        for _ in 0..<count {
            guard let element = read(&self) else { return nil }
            elements.append(element)
        }
        return elements
    }

    mutating func parameters() -> [Parameter]? {
        list { reader in
            guard let name = reader.string(), let value = reader.string() else { return nil }
            return Parameter(name: name, value: value)
        }
    }

    mutating func addresses() -> [EnvelopeAddress]? {
        list { reader in
            guard let name = reader.optional(), let route = reader.optional(), let mailbox = reader.optional(), let host = reader.optional()
            else { return nil }
            return EnvelopeAddress(name: name, route: route, mailbox: mailbox, host: host)
        }
    }

    private mutating func addresses(orFrom from: [EnvelopeAddress]) -> [EnvelopeAddress]? {
        switch byte() {
        case 0: from
        case 1: addresses()
        default: nil
        }
    }

    mutating func envelope() -> Envelope? {
        guard let date = optional(), let subject = optional(), let from = addresses(), let sender = addresses(orFrom: from),
            let replyTo = addresses(orFrom: from), let to = addresses(), let cc = addresses(), let bcc = addresses(),
            let inReplyTo = optional(), let messageID = optional()
        else { return nil }
        return Envelope(
            date: date, subject: subject, from: from, sender: sender, replyTo: replyTo, to: to, cc: cc, bcc: bcc, inReplyTo: inReplyTo,
            messageID: messageID)
    }

    private mutating func content(depth: Int) -> BodyStructure.Content? {
        switch byte() {
        case 0: return .basic
        case 1: return number().map { .text(lines: $0) }
        case 2:
            guard let lines = number(), let envelope = envelope(), let inner = structure(depth: depth + 1) else { return nil }
            return .message(envelope, inner, lines: lines)
        case 3:
            guard let parts = list({ $0.structure(depth: depth + 1) }), !parts.isEmpty else { return nil }
            return .multipart(parts)
        default: return nil
        }
    }

    mutating func structure(depth: Int) -> BodyStructure? {
        guard depth < Self.depthLimit, let content = content(depth: depth), let type = string(), let subtype = string(),
            let parameters = parameters(), let id = optional(), let description = optional(), let encoding = string(),
            let octets = number(), let md5 = optional(), let dispositionType = optional()
        else { return nil }
        var disposition: ContentDisposition?
        if let dispositionType {
            guard let parameters = self.parameters() else { return nil }
            disposition = ContentDisposition(type: dispositionType, parameters: parameters)
        }
        guard let languages = list({ $0.string() }), let location = optional() else { return nil }
        return BodyStructure(
            content: content, type: ContentType(type: type, subtype: subtype, parameters: parameters), id: id, description: description,
            encoding: encoding, octets: octets, md5: md5, disposition: disposition, languages: languages, location: location)
    }
}
