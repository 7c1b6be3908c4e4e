/// Why a blob could not be kept or read back.
public enum BlobError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The operating system refused: what was tried, and `errno`.
    case system(operation: String, code: Int32)
    /// The record at this place is not what was written there.
    case damaged(BlobReference, reason: String)
    /// The store holds no such segment.
    case noSuchSegment(Int64)
    /// A record's message or description does not fit the format: 2^31 octets each.
    case tooLarge
    case closed
    /// Another process has taken the store over for writing.
    case inUse

    public var description: String {
        switch self {
        case .system(let operation, let code): "\(operation): \(systemMessage(code))"
        case .damaged(let reference, let reason): "damaged blob at \(reference): \(reason)"
        case .noSuchSegment(let number): "segment \(number) does not exist"
        case .tooLarge: "a message of 2 GiB or more cannot be stored"
        case .closed: "the blob store is closed"
        case .inUse: "another process writes this blob store"
        }
    }
}
