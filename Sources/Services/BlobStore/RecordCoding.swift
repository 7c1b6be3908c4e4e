import Zstd

/// A record as octets: head, self-description, message.
extension BlobRecord {
    /// Shorter messages are stored as they are: there is little to gain.
    private static let compressionThreshold = 512

    func append(to output: inout [UInt8], with compressor: ZstdCompressor) throws(BlobError) {
        let described = description.encoded()
        guard bytes.count <= Int(Int32.max), described.count <= Int(Int32.max) else { throw .tooLarge }
        let compressed = compressedIfWorthIt(with: compressor)
        let stored = compressed ?? bytes
        let descriptionChecksum = described.withUnsafeBytes { Checksum.crc32c($0) }
        let header = RecordHeader(
            isCompressed: compressed != nil, descriptionLength: described.count, storedLength: stored.count, messageLength: bytes.count,
            bodyChecksum: stored.withUnsafeBytes { Checksum.crc32c($0, continuing: descriptionChecksum) },
            descriptionChecksum: descriptionChecksum)
        output.reserveCapacity(output.count + header.recordLength)
        header.append(to: &output)
        output.append(contentsOf: described)
        output.append(contentsOf: stored)
    }

    /// Nil unless compression saves a tenth.
    private func compressedIfWorthIt(with compressor: ZstdCompressor) -> [UInt8]? {
        guard bytes.count >= Self.compressionThreshold, let compressed = try? compressor.compress(bytes, level: 1) else { return nil }
        return compressed.count <= bytes.count - bytes.count / 10 ? compressed : nil
    }

    /// Reads a whole record; `reference` says where it came from, for the error.
    init(decoding record: [UInt8], at reference: BlobReference, with decompressor: ZstdDecompressor) throws(BlobError) {
        let parts = try RecordParts(record[...], at: reference)
        guard let description = BlobDescription(decoding: parts.description) else {
            throw .damaged(reference, reason: "unreadable description")
        }
        self.init(description: description, bytes: try parts.message(at: reference, with: decompressor))
    }
}

/// A record whose checksums were right, cut into its parts.
struct RecordParts {
    let header: RecordHeader
    let description: ArraySlice<UInt8>
    let stored: ArraySlice<UInt8>

    init(_ record: ArraySlice<UInt8>, at reference: BlobReference) throws(BlobError) {
        guard let header = record.withUnsafeBytes({ RecordHeader($0) }) else { throw .damaged(reference, reason: "no record head") }
        guard header.recordLength == record.count else { throw .damaged(reference, reason: "another length than referred to") }
        let body = record.dropFirst(RecordHeader.size)
        guard body.withUnsafeBytes({ Checksum.crc32c($0) }) == header.bodyChecksum else {
            throw .damaged(reference, reason: "wrong checksum")
        }
        self.header = header
        description = body.prefix(header.descriptionLength)
        stored = body.dropFirst(header.descriptionLength)
    }

    /// The description of a record whose message is damaged or cut off; nil when it is not what was written, or cannot be known to be.
    static func description(_ record: ArraySlice<UInt8>, under header: RecordHeader) -> BlobDescription? {
        let octets = record.dropFirst(RecordHeader.size).prefix(header.descriptionLength)
        guard octets.count == header.descriptionLength, let checksum = header.descriptionChecksum,
            octets.withUnsafeBytes({ Checksum.crc32c($0) }) == checksum
        else { return nil }
        return BlobDescription(decoding: octets)
    }

    func message(at reference: BlobReference, with decompressor: ZstdDecompressor) throws(BlobError) -> [UInt8] {
        guard header.isCompressed else { return Array(stored) }
        do {
            return try stored.withUnsafeBytes { raw in try decompressor.decompress(raw, originalSize: header.messageLength) }
        } catch {
            throw .damaged(reference, reason: "\(error)")
        }
    }
}
