/// Why a text is not taken as a password's hash. It shows nothing of the text but its scheme's name.
public enum PasswordHashRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    case empty, tooLong, badCharacter
    /// The name, with its signs; nil when there is none.
    case unknownScheme(String?)
    /// What is wrong, as the rest of a sentence about the hash.
    case malformed(scheme: String, String)
    /// It would burden the server at each login.
    case tooCostly(scheme: String, what: String, limit: Int)

    public static let schemes =
        "{SSHA}, {SSHA256}, {SSHA512}, {PBKDF2}, {CRYPT}, {SHA256-CRYPT}, {SHA512-CRYPT}, {BLF-CRYPT} and {ARGON2ID}"

    public var description: String {
        switch self {
        case .empty: "The password hash is empty."
        case .tooLong: "The password hash is longer than \(PasswordHash.lengthLimit) octets."
        case .badCharacter: "The password hash holds a space, a control character or one beyond ASCII."
        case .unknownScheme(let name?): "The password hash has a scheme that is not known: \(name)."
        case .unknownScheme(nil): "The password hash does not begin with its scheme."
        case .malformed(let scheme, let what): "The \(scheme) hash \(what)."
        case .tooCostly(let scheme, let what, let limit): "The \(scheme) hash has more \(what) than the \(limit) that are allowed."
        }
    }

    /// What the reader can do.
    public var hint: String? {
        switch self {
        case .unknownScheme:
            "Known are \(Self.schemes), and $2a$, $2b$, $2y$, $5$, $6$ and $argon2id$ by themselves."
        case .tooCostly: "Give the user a password of their own, or a hash of less work."
        case .empty, .tooLong, .badCharacter, .malformed: nil
        }
    }
}
