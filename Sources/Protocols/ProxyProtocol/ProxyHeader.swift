/// A PROXY protocol header, version 2: what one process says to another about the client whose bytes follow.
public struct ProxyHeader: Sendable, Equatable {
    public enum Addresses: Sendable, Equatable {
        /// Command LOCAL: the sender speaks for itself.
        case local
        /// Four octets each.
        case ipv4(source: [UInt8], sourcePort: UInt16, destination: [UInt8], destinationPort: UInt16)
        /// Sixteen octets each.
        case ipv6(source: [UInt8], sourcePort: UInt16, destination: [UInt8], destinationPort: UInt16)
        /// Family UNSPEC or UNIX: nothing is said of where the client is.
        case unspecified
    }

    /// Type, length, value.
    public struct Field: Sendable, Equatable {
        public var type: UInt8
        public var value: [UInt8]
        public init(type: UInt8, value: [UInt8]) {
            self.type = type
            self.value = value
        }
    }

    public var addresses: Addresses
    public var fields: [Field]

    public init(addresses: Addresses, fields: [Field] = []) {
        self.addresses = addresses
        self.fields = fields
    }

    public func value(of type: UInt8) -> [UInt8]? { fields.first { $0.type == type }?.value }

    /// Replaces the field; nil removes it.
    public mutating func set(_ type: UInt8, _ value: [UInt8]?) {
        fields.removeAll { $0.type == type }
        if let value { fields.append(Field(type: type, value: value)) }
    }

    func text(_ type: UInt8) -> String? { value(of: type).flatMap { String(validating: $0, as: UTF8.self) } }
    mutating func setText(_ type: UInt8, _ text: String?) { set(type, text.map { Array($0.utf8) }) }
}
