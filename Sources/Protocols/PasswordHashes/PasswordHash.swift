/// A password's hash as a mail system keeps it: a scheme's name in braces (RFC 2307 §5.3, as Dovecot extends it) before the hash, or the
/// modular form of `crypt(3)` by itself.
///
/// A hash is a secret: whoever has it can try passwords without asking anybody. No description and no refusal shows it.
public enum PasswordHash: Sendable, Hashable, CustomStringConvertible {
    case argon2id(Argon2Hash), crypt(CryptHash), saltedDigest(SaltedDigest), pbkdf2(PBKDF2Hash)

    /// Octets; the longest that systems write has about 190.
    public static let lengthLimit = 512

    public init(_ text: String) throws(PasswordHashRefusal) {
        guard !text.isEmpty else { throw .empty }
        guard text.utf8.count <= Self.lengthLimit else { throw .tooLong }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .badCharacter }
        guard text.hasPrefix("{"), let end = text.firstIndex(of: "}") else {
            self = try Self.modular(text)
            return
        }
        let name = text[text.index(after: text.startIndex)..<end].uppercased(), hash = String(text[text.index(after: end)...])
        self = try Self.named(name, hash)
    }

    private static func named(_ name: String, _ hash: String) throws(PasswordHashRefusal) -> PasswordHash {
        switch name {
        case "ARGON2ID": return .argon2id(try Argon2Hash(hash))
        case "PBKDF2": return .pbkdf2(try PBKDF2Hash(hash))
        case "CRYPT": return .crypt(try CryptHash(hash, as: name))
        default: break
        }
        // Dovecot may say behind a dot how the octets are written.
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        if let algorithm = SaltedDigest.Algorithm(rawValue: String(parts[0])),
            let encoding = SaltedDigest.Encoding(name: parts.count > 1 ? parts[1] : nil)
        {
            return .saltedDigest(try SaltedDigest(hash, algorithm, in: encoding))
        }
        if let scheme = CryptHash.Scheme(rawValue: name) {
            let hash = try CryptHash(hash, as: name)
            guard hash.scheme == scheme else { throw .malformed(scheme: name, "is of another scheme than its name says") }
            return .crypt(hash)
        }
        throw .unknownScheme(isName(name) ? "{\(name)}" : nil)
    }

    private static func modular(_ text: String) throws(PasswordHashRefusal) -> PasswordHash {
        let parts = text.split(separator: "$", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].isEmpty else { throw .unknownScheme(nil) }
        if parts[1] == "argon2id" { return .argon2id(try Argon2Hash(text)) }
        guard CryptHash.Scheme(prefix: parts[1]) != nil else { throw .unknownScheme(isName(parts[1]) ? "$\(parts[1])$" : nil) }
        return .crypt(try CryptHash(text, as: nil))
    }

    /// Whether it may be shown: it could be a part of a password that stands in a hash's place.
    private static func isName(_ text: some StringProtocol) -> Bool {
        (1...20).contains(text.utf8.count)
            && text.utf8.allSatisfy { character in
                switch character {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    /// How much work a comparison is: more of the same scheme takes longer.
    public var cost: (scheme: String, work: UInt64) {
        switch self {
        case .argon2id(let hash): ("ARGON2ID", UInt64(hash.memory) * UInt64(hash.passes))
        case .crypt(let hash): (hash.scheme.rawValue, hash.cost)
        case .saltedDigest(let hash): (hash.algorithm.rawValue, 1)
        case .pbkdf2(let hash): ("PBKDF2", UInt64(hash.rounds))
        }
    }

    public var description: String { cost.scheme }
}
