/// A hash in the modular form of `crypt(3)`: SHA-crypt, `$6$rounds=N$salt$hash` with the rounds left out for 5000, or bcrypt,
/// `$2b$cost$` with 22 characters of salt and 31 of hash.
public struct CryptHash: Sendable, Hashable {
    public enum Scheme: String, Sendable {
        case sha256 = "SHA256-CRYPT"
        case sha512 = "SHA512-CRYPT"
        case bcrypt = "BLF-CRYPT"

        init?(prefix: some StringProtocol) {
            switch prefix {
            case "5": self = .sha256
            case "6": self = .sha512
            case "2a", "2b", "2y": self = .bcrypt
            default: return nil
            }
        }
    }

    public static let roundsLimit = 1_000_000
    /// Two to this power rounds.
    public static let bcryptCostLimit = 14

    public let scheme: Scheme
    /// What `crypt(3)` takes.
    public let text: String
    /// Rounds.
    let cost: UInt64

    /// - Parameter name: what it was called; nil: nothing.
    init(_ text: String, as name: String?) throws(PasswordHashRefusal) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[0].isEmpty, let scheme = Scheme(prefix: parts[1]) else {
            throw .malformed(scheme: name ?? "crypt", "does not begin with $2a$, $2b$, $2y$, $5$ or $6$")
        }
        (self.scheme, self.text) = (scheme, text)
        cost =
            switch scheme {
            case .sha256: try Self.shaRounds(parts.dropFirst(2), scheme, length: 43)
            case .sha512: try Self.shaRounds(parts.dropFirst(2), scheme, length: 86)
            case .bcrypt: try Self.bcryptRounds(parts.dropFirst(2), scheme)
            }
    }

    private static func shaRounds(
        _ given: ArraySlice<Substring>, _ scheme: Scheme, length: Int
    ) throws(PasswordHashRefusal) -> UInt64 {
        var parts = given
        var rounds = 5_000
        if let first = parts.first, first.hasPrefix("rounds=") {
            // Fewer than 1000 are computed as 1000 and written so.
            guard let number = Decimal.read(first.dropFirst("rounds=".count)), number >= 1_000 else {
                throw .malformed(scheme: scheme.rawValue, "has no number of rounds from 1000 on")
            }
            guard number <= roundsLimit else { throw .tooCostly(scheme: scheme.rawValue, what: "rounds", limit: roundsLimit) }
            rounds = number
            parts = parts.dropFirst()
        }
        guard parts.count == 2, let salt = parts.first, let hash = parts.last else {
            throw .malformed(scheme: scheme.rawValue, "does not consist of a salt and a hash, with a $ between them")
        }
        guard salt.utf8.count <= 16, salt.utf8.allSatisfy({ !"!*:;\\".utf8.contains($0) }) else {
            throw .malformed(scheme: scheme.rawValue, "has a salt that is longer than 16 characters or holds one of ! * : ; \\")
        }
        guard hash.utf8.count == length, hash.utf8.allSatisfy(isDigit) else {
            throw .malformed(scheme: scheme.rawValue, "does not end with \(length) letters, digits, dots and slashes")
        }
        return UInt64(rounds)
    }

    private static func bcryptRounds(_ parts: ArraySlice<Substring>, _ scheme: Scheme) throws(PasswordHashRefusal) -> UInt64 {
        guard parts.count == 2, let cost = parts.first, let rest = parts.last else {
            throw .malformed(scheme: scheme.rawValue, "does not consist of a cost and a hash, with a $ between them")
        }
        guard cost.utf8.count == 2, let power = Decimal.read(cost.hasPrefix("0") ? cost.dropFirst() : cost), (4...31).contains(power) else {
            throw .malformed(scheme: scheme.rawValue, "has no cost from 04 to 31")
        }
        guard power <= bcryptCostLimit else { throw .tooCostly(scheme: scheme.rawValue, what: "cost", limit: bcryptCostLimit) }
        guard rest.utf8.count == 53, rest.utf8.allSatisfy(isDigit) else {
            throw .malformed(scheme: scheme.rawValue, "does not end with 53 letters, digits, dots and slashes")
        }
        return 1 << UInt64(power)
    }

    /// Of the Base 64 that `crypt(3)` writes.
    private static func isDigit(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
