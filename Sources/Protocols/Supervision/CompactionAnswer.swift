/// What giving disk space back did, or would do.
public enum CompactionAnswer: Codable, Sendable, Equatable {
    /// Octets that the file system has back, and octets of records that were written anew.
    case done(freed: Int64, packed: Int64)
    /// As a part of a sentence.
    case failed(String)
}
