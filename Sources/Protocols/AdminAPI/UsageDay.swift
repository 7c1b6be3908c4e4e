import Quantities

/// What a tenant held on a day, as it was seen last that day.
public struct UsageDay: Codable, Sendable, Hashable {
    public var tenant: TenantName
    public var day: Day
    public var domains: Int64
    public var users: Int64
    public var messages: Int64
    public var bytes: ByteCount
    /// The most that was seen that day; it is looked at every ten minutes.
    public var peakBytes: ByteCount
    /// Beside `bytes`: mail of deleted users and domains that was kept then.
    public var keptBytes: ByteCount

    public init(
        tenant: TenantName, day: Day, domains: Int64, users: Int64, messages: Int64, bytes: ByteCount, peakBytes: ByteCount,
        keptBytes: ByteCount
    ) {
        (self.tenant, self.day, self.domains, self.users) = (tenant, day, domains, users)
        (self.messages, self.bytes, self.peakBytes, self.keptBytes) = (messages, bytes, peakBytes, keptBytes)
    }
}

/// A day in UTC, as `2026-05-04`.
public struct Day: ValidatedText {
    public let text: String
    public let beginning: Timestamp

    public init(_ text: String) throws(AdminError) {
        guard text.utf8.count == 10, let beginning = Timestamp("\(text)T00:00:00Z") else {
            throw AdminError(.invalid, "\(quoted(text)) is not a day.", hint: "A day looks like 2026-05-04.")
        }
        (self.text, self.beginning) = (text, beginning)
    }
}
