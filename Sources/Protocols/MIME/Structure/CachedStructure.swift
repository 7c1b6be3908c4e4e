/// Envelope and body structure of a message in compact binary form, for a column beside the message.
///
/// One version byte, then the values in order: numbers as LEB128, strings with their length before them, an absent string
/// as length 0 (a present one counts one more). Decoding refuses anything else and never traps.
public struct CachedStructure: Sendable, Equatable, Hashable {
    public static let version: UInt8 = 1
    public var envelope: Envelope
    public var body: BodyStructure

    public init(envelope: Envelope, body: BodyStructure) {
        self.envelope = envelope
        self.body = body
    }

    public init(of message: ParsedMessage) { self.init(envelope: message.envelope, body: message.bodyStructure) }

    public var encoded: [UInt8] {
        var writer = StructureWriter()
        writer.bytes.append(Self.version)
        writer.write(envelope)
        writer.write(body)
        return writer.bytes
    }

    /// Nil for another version or for damaged bytes; the caller then reads the message again.
    public init?(decoding bytes: [UInt8]) {
        guard bytes.first == Self.version else { return nil }
        var reader = StructureReader(bytes: bytes, position: 1)
        guard let envelope = reader.envelope(), let body = reader.structure(depth: 0), reader.position == bytes.count else { return nil }
        self.init(envelope: envelope, body: body)
    }
}
