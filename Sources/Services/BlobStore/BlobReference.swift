/// The place of a record. Opaque to whoever keeps it: three numbers to hand back.
public struct BlobReference: Sendable, Hashable, CustomStringConvertible {
    /// The segment's number, from 1.
    public let segment: Int64
    /// Octets from the segment's start to the record's.
    public let offset: Int64
    /// Octets of the whole record as stored.
    public let length: Int64

    public init(segment: Int64, offset: Int64, length: Int64) {
        self.segment = segment
        self.offset = offset
        self.length = length
    }

    public var description: String { "segment \(segment), offset \(offset)" }
}
