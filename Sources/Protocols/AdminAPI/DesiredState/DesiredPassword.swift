import PasswordHashes

/// The password that a user is to have, by its hash; or none: mail comes in, and nobody can log in. In JSON the hash, or the word `none`.
///
/// Its description does not show it.
public enum DesiredPassword: Codable, Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
    case hash(String), none

    public var description: String {
        switch self {
        case .hash: "hash"
        case .none: "none"
        }
    }
    public var debugDescription: String { description }

    public var hash: String? {
        switch self {
        case .hash(let text): text
        case .none: nil
        }
    }

    /// - Parameter text: `none`, or a hash in any of the forms that `PasswordHash` reads.
    public init(_ text: String) throws(AdminError) {
        guard text != "none" else {
            self = .none
            return
        }
        try PasswordChoice.hash(text).validate(takesHash: true)
        self = .hash(text)
    }

    public init(from decoder: any Decoder) throws { try self.init(try decoder.singleValueContainer().decode(String.self)) }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hash ?? "none")
    }
}
