/// PBKDF2 with HMAC-SHA-1 as Dovecot writes it: `$1$salt$rounds$` and 40 hexadecimal digits. The salt is taken as it is written.
public struct PBKDF2Hash: Sendable, Hashable {
    public static let roundsLimit = 1_000_000
    private static let scheme = "PBKDF2", length = 20

    public let salt: [UInt8]
    public let rounds: Int
    public let key: [UInt8]

    init(_ text: String) throws(PasswordHashRefusal) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "1" else {
            throw .malformed(scheme: Self.scheme, "does not look like $1$salt$rounds$hash")
        }
        guard !parts[2].isEmpty else { throw .malformed(scheme: Self.scheme, "has no salt") }
        guard let rounds = Decimal.read(parts[3]), rounds > 0 else {
            throw .malformed(scheme: Self.scheme, "has no number of rounds")
        }
        guard rounds <= Self.roundsLimit else { throw .tooCostly(scheme: Self.scheme, what: "rounds", limit: Self.roundsLimit) }
        guard let key = Hexadecimal.read(parts[4]), key.count == Self.length else {
            throw .malformed(scheme: Self.scheme, "does not end with \(2 * Self.length) hexadecimal digits")
        }
        (salt, self.rounds, self.key) = (Array(parts[2].utf8), rounds, key)
    }
}

/// Octets as two hexadecimal digits each.
enum Hexadecimal {
    static func read(_ digits: Substring) -> [UInt8]? {
        let values = digits.compactMap(\.hexDigitValue)
        guard values.count == digits.utf8.count, values.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }
}

/// Numbers as hashes hold them: digits alone, neither sign nor leading zero.
enum Decimal {
    static func read(_ text: some StringProtocol) -> Int? {
        guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            text == "0" || !text.hasPrefix("0")
        else { return nil }
        return Int(text)
    }
}
