/// One place of a segment, as a scan found it.
public struct ScannedRecord: Sendable, Equatable {
    public let reference: BlobReference
    /// Nil when the record is damaged: then `reference` spans the octets up to the next record that can be read.
    public let description: BlobDescription?
    /// What can still be read of a damaged record: whose message it was.
    public let remains: BlobDescription?
    /// Octets of the message.
    public let messageLength: Int
}

enum SegmentScan {
    /// The file's length if it is a sequence of whole records up to its end; else nil: its tail is torn.
    ///
    /// Heads are followed one to the next; only the last record is read whole. A damaged record before it was written in the
    /// same flush and never acknowledged, or is damaged since: either way appending behind it is safe.
    static func wholeLength(of file: FileDescriptor, segment: Int64) throws(BlobError) -> Int64? {
        let size = try file.size()
        var offset: Int64 = 0
        var last: BlobReference?
        while offset < size {
            let head = try file.read(RecordHeader.size, at: offset)
            guard let header = head.withUnsafeBytes({ RecordHeader($0) }) else { return nil }
            let reference = BlobReference(segment: segment, offset: offset, length: Int64(header.recordLength))
            offset += reference.length
            last = reference
        }
        guard offset == size else { return nil }
        if let last {
            let record = try file.read(Int(last.length), at: last.offset)
            guard (try? RecordParts(record[...], at: last)) != nil else { return nil }
        }
        return size
    }

    /// Every record in order; damage is reported and skipped.
    /// - Parameter base: the octets' place in the segment.
    static func records(in segment: Int64, _ bytes: [UInt8], from base: Int64 = 0) -> [ScannedRecord] {
        var found: [ScannedRecord] = []
        var offset = 0
        while offset < bytes.count {
            let rest = bytes[offset...]
            let header = rest.withUnsafeBytes { RecordHeader($0) }
            if let header, header.recordLength <= rest.count {
                let reference = BlobReference(segment: segment, offset: base + Int64(offset), length: Int64(header.recordLength))
                let parts = try? RecordParts(rest.prefix(header.recordLength), at: reference)
                let description = parts.flatMap { BlobDescription(decoding: $0.description) }
                found.append(ScannedRecord(
                    reference: reference, description: description,
                    remains: description == nil ? RecordParts.description(rest, under: header) : nil, messageLength: header.messageLength))
                offset += header.recordLength
            } else {
                let next = nextHead(in: bytes, after: offset) ?? bytes.count
                let reference = BlobReference(segment: segment, offset: base + Int64(offset), length: Int64(next - offset))
                let remains = header.flatMap { RecordParts.description(rest, under: $0) }
                found.append(ScannedRecord(reference: reference, description: nil, remains: remains, messageLength: 0))
                offset = next
            }
        }
        return found
    }

    private static func nextHead(in bytes: [UInt8], after offset: Int) -> Int? {
        bytes.withUnsafeBytes { raw in
            var place = offset + 1
            while place + RecordHeader.size <= raw.count {
                if raw[place] == RecordHeader.magic[0], RecordHeader(UnsafeRawBufferPointer(rebasing: raw[place...])) != nil {
                    return place
                }
                place += 1
            }
            return nil
        }
    }
}
