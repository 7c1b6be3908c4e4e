import Quantities

/// A legal hold: what it is on, and all below that, is not destroyed.
public struct Hold: Codable, Sendable, Hashable {
    public var target: QuotaTarget
    public var tenant: TenantName
    public var reason: String
    public var setBy: String
    public var setAt: Timestamp
    /// Messages that its users have removed since, which are kept, and how large they are together.
    public var keptMessages: Int64
    public var keptBytes: ByteCount

    public init(
        target: QuotaTarget, tenant: TenantName, reason: String, setBy: String, setAt: Timestamp, keptMessages: Int64, keptBytes: ByteCount
    ) {
        (self.target, self.tenant, self.reason) = (target, tenant, reason)
        (self.setBy, self.setAt, self.keptMessages, self.keptBytes) = (setBy, setAt, keptMessages, keptBytes)
    }
}

/// The body of `POST /holds/{target}`.
public struct NewHold: Codable, Sendable, Hashable {
    /// For those who look at the platform as a whole: at most 500 octets.
    public var reason: String

    public init(reason: String) { self.reason = reason }

    /// - Throws: `AdminError` of kind `invalid` for no reason, or one that is too long.
    public func validate() throws(AdminError) {
        guard (1...500).contains(reason.utf8.count), !reason.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw AdminError(.invalid, "The reason is empty, longer than 500 octets, or more than one line.")
        }
    }
}
