import SASL

/// Argon2id (RFC 9106) in the encoded form of its reference implementation: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`.
public struct Argon2Hash: Sendable, Hashable {
    /// KiB: 256 MiB, what other mail systems make at the most, and little enough for several logins at a time.
    public static let memoryLimit = 262_144
    public static let passesLimit = 20
    /// Memory times passes, which is what takes time: 256 MiB four times, about a second.
    public static let workLimit = 4 * memoryLimit
    private static let scheme = "ARGON2ID"

    public let text: String
    /// KiB.
    public let memory: Int
    public let passes: Int

    init(_ text: String) throws(PasswordHashRefusal) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19" else {
            throw .malformed(scheme: Self.scheme, "does not look like $argon2id$v=19$m=…,t=…,p=…$salt$hash")
        }
        let settings = parts[3].split(separator: ",", omittingEmptySubsequences: false)
        guard settings.count == 3, let memory = Self.value(of: "m=", settings[0]), let passes = Self.value(of: "t=", settings[1]),
            let lanes = Self.value(of: "p=", settings[2]), passes > 0, lanes > 0
        else {
            throw .malformed(scheme: Self.scheme, "does not say its memory, passes and lanes as m=…,t=…,p=…")
        }
        guard memory <= Self.memoryLimit else { throw .tooCostly(scheme: Self.scheme, what: "KiB of memory", limit: Self.memoryLimit) }
        guard passes <= Self.passesLimit else { throw .tooCostly(scheme: Self.scheme, what: "passes", limit: Self.passesLimit) }
        guard memory * passes <= Self.workLimit else {
            throw .tooCostly(scheme: Self.scheme, what: "KiB of memory times passes", limit: Self.workLimit)
        }
        guard memory / 8 >= lanes else { throw .malformed(scheme: Self.scheme, "has less memory than 8 KiB a lane") }
        guard let salt = Self.octets(parts[4]), salt.count >= 8 else {
            throw .malformed(scheme: Self.scheme, "has no salt of at least 8 octets in Base 64 without padding")
        }
        guard let hash = Self.octets(parts[5]), hash.count >= 16 else {
            throw .malformed(scheme: Self.scheme, "has no hash of at least 16 octets in Base 64 without padding")
        }
        (self.text, self.memory, self.passes) = (text, memory, passes)
    }

    private static func value(of name: String, _ setting: Substring) -> Int? {
        setting.hasPrefix(name) ? Decimal.read(setting.dropFirst(name.count)) : nil
    }

    private static func octets(_ text: Substring) -> [UInt8]? {
        guard !text.contains("=") else { return nil }
        return Base64.decode(Array(text.utf8) + [UInt8](repeating: UInt8(ascii: "="), count: (4 - text.utf8.count % 4) % 4))
    }
}
