/// A complete message and the tree of its parts. Any bytes at all are a message; reading never fails.
public struct ParsedMessage: Sendable {
    public let bytes: [UInt8]
    public let root: Entity

    /// Reads the whole message in one pass, in time linear in its size.
    public init(_ bytes: [UInt8], limits: MessageLimits = MessageLimits()) {
        self.bytes = bytes
        root = bytes.withUnsafeBytes { Entity(parsing: $0, limits: limits) }
    }

    public init(_ bytes: ArraySlice<UInt8>, limits: MessageLimits = MessageLimits()) {
        self.init(Array(bytes), limits: limits)
    }

    public func name(of field: HeaderField) -> ArraySlice<UInt8> { bytes[field.nameRange] }
    /// The value as it was sent, folding included.
    public func rawValue(of field: HeaderField) -> ArraySlice<UInt8> { bytes[field.valueRange] }
    /// The value on one line.
    public func value(of field: HeaderField) -> [UInt8] { HeaderField.unfold(bytes[field.valueRange]) }

    public func fields(_ name: String, in entity: Entity) -> [HeaderField] {
        entity.fields.filter { ASCII.equal(bytes[$0.nameRange], name) }
    }

    /// The unfolded value of the first field of that name.
    public func first(_ name: String, in entity: Entity) -> [UInt8]? {
        entity.fields.first { ASCII.equal(bytes[$0.nameRange], name) }.map { value(of: $0) }
    }

    public func first(_ name: String) -> [UInt8]? { first(name, in: root) }
}
