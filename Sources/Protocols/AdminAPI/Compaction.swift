import Quantities

/// What giving disk space back did, or would do.
public struct Compaction: Codable, Sendable, Hashable {
    public var tenant: TenantName
    /// Octets that the file system has back.
    public var freed: ByteCount
    /// Octets of messages that were written anew, close together.
    public var packed: ByteCount

    public init(tenant: TenantName, freed: ByteCount, packed: ByteCount) { (self.tenant, self.freed, self.packed) = (tenant, freed, packed) }
}
