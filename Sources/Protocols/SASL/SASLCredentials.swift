/// What a client proved to know, as PLAIN (RFC 4616) and LOGIN carry it.
public struct SASLCredentials: Sendable, Equatable, CustomStringConvertible {
    /// Whom the client wants to act as; empty: as `authentication`.
    public var authorization: String
    /// Whose password it is.
    public var authentication: String
    public var password: String

    public init(authorization: String = "", authentication: String, password: String) {
        self.authorization = authorization
        self.authentication = authentication
        self.password = password
    }

    /// True when the client asks to act as somebody else than whose password it has.
    public var actsForAnother: Bool { !authorization.isEmpty && authorization != authentication }

    public var description: String { actsForAnother ? "\(authentication) for \(authorization)" : authentication }
}

extension SASLCredentials {
    /// Limits of RFC 4616 §2: each part is at most 255 octets.
    public static let partLimit = 255

    /// Reads a message of PLAIN: `[authzid] NUL authcid NUL passwd` (RFC 4616 §2).
    /// - Returns: nil when it is none: an empty name or password, a part too long, not UTF-8, more or fewer NULs than two.
    public init?(plain message: [UInt8]) {
        let parts = message.split(separator: 0, maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[1].isEmpty, !parts[2].isEmpty, parts.allSatisfy({ $0.count <= Self.partLimit }),
            let authorization = String(validating: parts[0], as: UTF8.self),
            let authentication = String(validating: parts[1], as: UTF8.self),
            let password = String(validating: parts[2], as: UTF8.self)
        else { return nil }
        self.init(authorization: authorization, authentication: authentication, password: password)
    }

    /// The message that a client of PLAIN sends.
    public var plainMessage: [UInt8] { Array(authorization.utf8) + [0] + Array(authentication.utf8) + [0] + Array(password.utf8) }
}
