/// The place of a record. Opaque to whoever keeps it: three numbers to hand back.
public struct BlobReference: Sendable, Hashable, BitwiseCopyable, CustomStringConvertible {
    /// The segment's number: from 1 in the log, from -1 downwards where the record was packed with others.
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

/// A place between two records of a store: everything before it, in all older segments too, lies behind it.
public struct LogPosition: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let segment: Int64
    public let offset: Int64

    public init(segment: Int64, offset: Int64) {
        self.segment = segment
        self.offset = offset
    }

    /// Before the first record of any store.
    public static let start = LogPosition(segment: 0, offset: 0)

    public static func < (left: LogPosition, right: LogPosition) -> Bool {
        (left.segment, left.offset) < (right.segment, right.offset)
    }

    public var description: String { "segment \(segment), offset \(offset)" }
}

extension BlobReference {
    /// The place before the record.
    public var start: LogPosition { LogPosition(segment: segment, offset: offset) }

    /// The place behind it.
    public var end: LogPosition { LogPosition(segment: segment, offset: offset + length) }
}
