/// The mechanisms that this platform offers.
public enum SASLMechanism: String, Sendable, CaseIterable {
    case plain = "PLAIN"
    /// Older than SASL itself, and still what some mail programs ask for: draft-murchison-sasl-login-00.
    case login = "LOGIN"

    /// Names are compared without regard to case.
    public init?(named name: some Sequence<UInt8>) {
        let upper = name.map { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 ? $0 - 32 : $0 }
        guard let found = Self.allCases.first(where: { Array($0.rawValue.utf8) == upper }) else { return nil }
        self = found
    }
}
