/// A host that takes mail for a domain: RFC 5321 §5.1.
public struct MailHost: Sendable, Equatable, Hashable {
    /// In lower case, without the last dot.
    public var name: String
    public var preference: UInt16

    public init(name: String, preference: UInt16) {
        self.name = name
        self.preference = preference
    }

    /// Lowest preference first, in random order among equals (RFC 5321 §5.1).
    public static func ordered(_ hosts: [MailHost], using random: inout some RandomNumberGenerator) -> [MailHost] {
        // A stable order of shuffled hosts: ties keep the shuffle.
        let shuffled = hosts.shuffled(using: &random)
        return shuffled.enumerated().sorted { ($0.element.preference, $0.offset) < ($1.element.preference, $1.offset) }.map(\.element)
    }
}
