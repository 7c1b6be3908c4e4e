/// Writes the binary form of `CachedStructure`.
struct StructureWriter {
    var bytes: [UInt8] = []

    mutating func number(_ value: Int) {
        var rest = UInt64(bitPattern: Int64(value))
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func string(_ value: [UInt8]?) {
        guard let value else { return bytes.append(0) }
        number(value.count + 1)
        bytes += value
    }

    mutating func list<Element>(_ elements: [Element], _ write: (inout StructureWriter, Element) -> Void) {
        number(elements.count)
        for element in elements { write(&self, element) }
    }

    mutating func parameters(_ parameters: [Parameter]) {
        list(parameters) { writer, parameter in
            writer.string(parameter.name)
            writer.string(parameter.value)
        }
    }

    mutating func addresses(_ addresses: [EnvelopeAddress]) {
        list(addresses) { writer, address in
            writer.string(address.name)
            writer.string(address.route)
            writer.string(address.mailbox)
            writer.string(address.host)
        }
    }

    mutating func write(_ envelope: Envelope) {
        string(envelope.date)
        string(envelope.subject)
        addresses(envelope.from)
        // Sender and Reply-To mostly are From by default: one byte then.
        for list in [envelope.sender, envelope.replyTo] {
            if list == envelope.from {
                bytes.append(0)
            } else {
                bytes.append(1)
                addresses(list)
            }
        }
        addresses(envelope.to)
        addresses(envelope.cc)
        addresses(envelope.bcc)
        string(envelope.inReplyTo)
        string(envelope.messageID)
    }

    mutating func write(_ body: BodyStructure) {
        switch body.content {
        case .basic: bytes.append(0)
        case .text(let lines):
            bytes.append(1)
            number(lines)
        case .message(let envelope, let inner, let lines):
            bytes.append(2)
            number(lines)
            write(envelope)
            write(inner)
        case .multipart(let parts):
            bytes.append(3)
            list(parts) { $0.write($1) }
        }
        string(body.type.type)
        string(body.type.subtype)
        parameters(body.type.parameters)
        string(body.id)
        string(body.description)
        string(body.encoding)
        number(body.octets)
        string(body.md5)
        string(body.disposition?.type)
        if let disposition = body.disposition { parameters(disposition.parameters) }
        list(body.languages) { $0.string($1) }
        string(body.location)
    }
}
