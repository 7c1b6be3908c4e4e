/// The binary form, as the PROXY protocol's specification has it in §2.2.
extension ProxyHeader {
    public enum Outcome: Sendable, Equatable {
        /// - Parameter length: octets that the header takes; what follows are the client's.
        case header(ProxyHeader, length: Int)
        case needsMore
        case malformed
    }

    /// Octets of a header's second part that are taken.
    public static let lengthLimit = 4096

    static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]

    /// - Returns: nil when the fields do not fit into `lengthLimit`, or an address has a wrong number of octets.
    public func encoded() -> [UInt8]? {
        var body: [UInt8] = []
        let command: UInt8 = addresses == .local ? 0x20 : 0x21
        let family: UInt8
        switch addresses {
        case .local, .unspecified: family = 0x00
        case .ipv4(let source, let sourcePort, let destination, let destinationPort):
            guard source.count == 4, destination.count == 4 else { return nil }
            family = 0x11
            body += source + destination + Self.octets(sourcePort) + Self.octets(destinationPort)
        case .ipv6(let source, let sourcePort, let destination, let destinationPort):
            guard source.count == 16, destination.count == 16 else { return nil }
            family = 0x21
            body += source + destination + Self.octets(sourcePort) + Self.octets(destinationPort)
        }
        for field in fields {
            guard field.value.count <= Self.lengthLimit else { return nil }
            body += [field.type] + Self.octets(UInt16(field.value.count)) + field.value
        }
        guard body.count <= Self.lengthLimit else { return nil }
        return Self.signature + [command, family] + Self.octets(UInt16(body.count)) + body
    }

    public static func parse(_ bytes: some Collection<UInt8>) -> Outcome {
        let head = Array(bytes.prefix(16))
        guard head.prefix(12).elementsEqual(signature.prefix(head.count)) else { return .malformed }
        guard head.count == 16 else { return .needsMore }
        let length = Int(head[14]) << 8 | Int(head[15])
        guard head[12] == 0x20 || head[12] == 0x21, length <= lengthLimit else { return .malformed }
        let body = Array(bytes.dropFirst(16).prefix(length))
        guard body.count == length else { return .needsMore }
        guard let (family, size) = addresses(family: head[13], body), let fields = fields(body[size...]) else { return .malformed }
        return .header(ProxyHeader(addresses: head[12] == 0x20 ? .local : family, fields: fields), length: 16 + length)
    }

    /// The addresses, and how many octets they take.
    private static func addresses(family: UInt8, _ body: [UInt8]) -> (Addresses, Int)? {
        func port(_ at: Int) -> UInt16 { UInt16(body[at]) << 8 | UInt16(body[at + 1]) }
        switch family {
        case 0x00: return (.unspecified, 0)
        case 0x11, 0x12:
            guard body.count >= 12 else { return nil }
            let source = Array(body[0..<4]), destination = Array(body[4..<8])
            return (.ipv4(source: source, sourcePort: port(8), destination: destination, destinationPort: port(10)), 12)
        case 0x21, 0x22:
            guard body.count >= 36 else { return nil }
            let source = Array(body[0..<16]), destination = Array(body[16..<32])
            return (.ipv6(source: source, sourcePort: port(32), destination: destination, destinationPort: port(34)), 36)
        case 0x31, 0x32: return body.count >= 216 ? (.unspecified, 216) : nil
        default: return nil
        }
    }

    static func fields(_ bytes: ArraySlice<UInt8>) -> [Field]? {
        var fields: [Field] = []
        var rest = bytes
        while !rest.isEmpty {
            guard rest.count >= 3 else { return nil }
            let type = rest[rest.startIndex]
            let length = Int(rest[rest.startIndex + 1]) << 8 | Int(rest[rest.startIndex + 2])
            rest = rest.dropFirst(3)
            guard rest.count >= length else { return nil }
            fields.append(Field(type: type, value: Array(rest.prefix(length))))
            rest = rest.dropFirst(length)
        }
        return fields
    }

    static func octets(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }
}
