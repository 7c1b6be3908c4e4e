/// What people who write to a user are told while the user is away.
public struct Vacation: Codable, Sendable, Hashable {
    public var address: EmailAddress
    public var tenant: TenantName
    public var subject: String
    public var text: String
    /// The first and the last day on which they are told, in UTC; nil: without such an end.
    public var from: Day?
    public var until: Day?
    /// How many days it is before the same sender is told again.
    public var days: Int

    public init(
        address: EmailAddress, tenant: TenantName, subject: String, text: String, from: Day? = nil, until: Day? = nil, days: Int
    ) {
        (self.address, self.tenant, self.subject, self.text) = (address, tenant, subject, text)
        (self.from, self.until, self.days) = (from, until, days)
    }
}

public struct NewVacation: Codable, Sendable, Hashable {
    public var subject: String
    public var text: String
    public var from: Day?
    public var until: Day?
    /// Left out: `usualDays`.
    public var days: Int?

    /// RFC 5230 §4.1.
    public static let usualDays = 7
    /// Octets.
    public static let maximumSubject = 250, maximumText = 20_000
    public static let possibleDays = 1...30

    public init(subject: String, text: String, from: Day? = nil, until: Day? = nil, days: Int? = nil) {
        (self.subject, self.text, self.from, self.until, self.days) = (subject, text, from, until, days)
    }

    /// - Throws: `AdminError` for what is wrong whatever else there is.
    public func validate() throws(AdminError) {
        guard (1...Self.maximumSubject).contains(subject.utf8.count), Self.isClean(subject, also: []) else {
            throw AdminError(.invalid, "The subject is one line of 1 to \(Self.maximumSubject) octets.")
        }
        guard (1...Self.maximumText).contains(text.utf8.count), Self.isClean(text, also: ["\n", "\r", "\t"]) else {
            throw AdminError(.invalid, "The text has 1 to \(Self.maximumText) octets, and no control characters but line ends and tabs.")
        }
        if let days, !Self.possibleDays.contains(days) {
            throw AdminError(.invalid, "A sender is told again after 1 to \(Self.possibleDays.upperBound) days.")
        }
        if let from, let until, from.text > until.text {
            throw AdminError(.invalid, "The vacation would end on \(until), before it begins on \(from).")
        }
    }

    private static func isClean(_ text: String, also taken: Set<Unicode.Scalar>) -> Bool {
        text.unicodeScalars.allSatisfy { ($0.value >= 0x20 && !(0x7F...0x9F).contains($0.value)) || taken.contains($0) }
    }
}
