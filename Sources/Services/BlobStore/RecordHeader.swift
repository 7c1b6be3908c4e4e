/// The fixed head of a record. All numbers are little-endian.
///
///     0  "CBLB"   4 version   5 flags   6 zero (2)   8 description length   12 stored length   16 message length
///     20 checksum of description and stored message   24 checksum of the description   28 checksum of the octets before
///
/// Flags: 1 the message is compressed; 2 there is a checksum of the description (zero without it, as it was written before).
/// The head has a checksum of its own, so that a damaged message does not cost its successors: their places are still known. So
/// has the description: it still tells whose message it was.
struct RecordHeader: Equatable {
    static let size = 32
    static let magic: [UInt8] = [0x43, 0x42, 0x4c, 0x42]
    static let version: UInt8 = 1
    private static let compressedFlag: UInt8 = 1, describedFlag: UInt8 = 2

    var isCompressed: Bool
    var descriptionLength: Int
    /// Octets of the message as stored, and as given.
    var storedLength: Int
    var messageLength: Int
    var bodyChecksum: UInt32
    /// Nil in records from before it was written.
    var descriptionChecksum: UInt32?

    var bodyLength: Int { descriptionLength + storedLength }
    var recordLength: Int { Self.size + bodyLength }

    init(
        isCompressed: Bool, descriptionLength: Int, storedLength: Int, messageLength: Int, bodyChecksum: UInt32,
        descriptionChecksum: UInt32?
    ) {
        self.isCompressed = isCompressed
        self.descriptionLength = descriptionLength
        self.storedLength = storedLength
        self.messageLength = messageLength
        self.bodyChecksum = bodyChecksum
        self.descriptionChecksum = descriptionChecksum
    }

    /// Nil unless these octets are a head that this version wrote.
    init?(_ bytes: UnsafeRawBufferPointer) {
        func number(at offset: Int) -> UInt32 { UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
        guard bytes.count >= Self.size, bytes[..<4].elementsEqual(Self.magic), bytes[4] == Self.version else { return nil }
        guard number(at: 28) == Checksum.crc32c(UnsafeRawBufferPointer(rebasing: bytes[..<28])) else { return nil }
        let lengths = [number(at: 8), number(at: 12), number(at: 16)]
        guard lengths.allSatisfy({ $0 <= UInt32(Int32.max) }) else { return nil }
        self.init(
            isCompressed: bytes[5] & Self.compressedFlag != 0, descriptionLength: Int(lengths[0]), storedLength: Int(lengths[1]),
            messageLength: Int(lengths[2]), bodyChecksum: number(at: 20),
            descriptionChecksum: bytes[5] & Self.describedFlag != 0 ? number(at: 24) : nil)
    }

    func append(to output: inout [UInt8]) {
        let start = output.count
        func append(_ number: UInt32) { withUnsafeBytes(of: number.littleEndian) { output.append(contentsOf: $0) } }
        output.append(contentsOf: Self.magic)
        let flags = (isCompressed ? Self.compressedFlag : 0) | (descriptionChecksum != nil ? Self.describedFlag : 0)
        output.append(contentsOf: [Self.version, flags, 0, 0])
        append(UInt32(descriptionLength))
        append(UInt32(storedLength))
        append(UInt32(messageLength))
        append(bodyChecksum)
        append(descriptionChecksum ?? 0)
        append(output[start...].withUnsafeBytes { Checksum.crc32c($0) })
    }
}
