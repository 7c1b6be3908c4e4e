import MIME

/// ENVELOPE and BODYSTRUCTURE as they are kept beside a message.
enum CachedStructures {
    /// Larger messages are parsed when somebody asks, not while their delivery waits.
    private static let eagerLimit = 1 << 20

    static func encode(_ message: [UInt8]) -> [UInt8]? {
        message.count <= eagerLimit ? encodeAlways(message) : nil
    }

    static func encodeAlways(_ message: [UInt8]) -> [UInt8] {
        CachedStructure(of: ParsedMessage(message)).encoded
    }

    /// False for what another version of the platform wrote: it is made again.
    static func isCurrent(_ structure: [UInt8]) -> Bool { structure.first == CachedStructure.version }
}
