import PasswordHashes

/// A password given by the caller, the wish that the control plane makes one and returns it once, or the hash that another mail system
/// has of it.
///
/// In JSON: `{"given": "…"}`, `{"generate": true}` or `{"hash": "{SSHA}…"}`. Its description shows neither password nor hash.
public enum PasswordChoice: Codable, Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
    case given(String), generate, hash(String)

    /// In octets of UTF-8: below, a guess finds it; longer ones a mail program cannot say (RFC 4616 §2). How many it must be at least the
    /// platform decides, and alone can tell; the rest both sides check with `validate`.
    public static let allowedLength = 8...255

    public var description: String {
        switch self {
        case .given: "given"
        case .generate: "generate"
        case .hash: "hash"
        }
    }
    public var debugDescription: String { description }

    /// - Parameter takesHash: false where a password alone will do.
    /// - Throws: `AdminError` of kind `invalid` for a password that is too long, or holds control characters, which login
    ///   dialogues cannot carry; for a hash that is malformed, or costs too much at each login.
    public func validate(takesHash: Bool = false) throws(AdminError) {
        switch self {
        case .given(let password): try Self.check(password)
        case .generate: break
        case .hash(let text):
            guard takesHash else {
                throw AdminError(.invalid, "Hashes are taken for users alone.", hint: "Give the password, or have one generated.")
            }
            do throws(PasswordHashRefusal) { _ = try PasswordHash(text) } catch {
                throw AdminError(.invalid, error.description, hint: error.hint)
            }
        }
    }

    private static func check(_ password: String) throws(AdminError) {
        guard password.utf8.count <= allowedLength.upperBound else {
            throw AdminError(.invalid, "The password is longer than \(allowedLength.upperBound) octets.")
        }
        guard password.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }) else {
            throw AdminError(.invalid, "The password holds a control character.", hint: "Use letters, digits, spaces and signs.")
        }
    }

    private enum CodingKeys: String, CodingKey { case given, generate, hash }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let password = try container.decodeIfPresent(String.self, forKey: .given) {
            self = .given(password)
        } else if try container.decodeIfPresent(Bool.self, forKey: .generate) == true {
            self = .generate
        } else if let hash = try container.decodeIfPresent(String.self, forKey: .hash) {
            self = .hash(hash)
        } else {
            throw AdminError(
                .invalid, "A password is given or generated, or its hash is given.",
                hint: #"Send {"given": "…"}, {"generate": true} or {"hash": "…"}."#)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .given(let password): try container.encode(password, forKey: .given)
        case .generate: try container.encode(true, forKey: .generate)
        case .hash(let hash): try container.encode(hash, forKey: .hash)
        }
    }
}

/// The body of `POST /users/{address}/password`.
public struct NewPassword: Codable, Sendable, Hashable {
    public var password: PasswordChoice
    /// Left out: it need not be changed. Of users' passwords alone.
    public var mustChange: PasswordDemand?

    public init(_ password: PasswordChoice, mustChange: PasswordDemand? = nil) {
        (self.password, self.mustChange) = (password, mustChange)
    }
}

/// The answer to it; `generatedPassword` is there only when the control plane made one.
public struct ChangedPassword: Codable, Sendable, Hashable {
    public var address: EmailAddress
    public var generatedPassword: String?

    public init(address: EmailAddress, generatedPassword: String? = nil) {
        (self.address, self.generatedPassword) = (address, generatedPassword)
    }
}
