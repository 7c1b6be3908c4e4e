/// A password given by the caller, or the wish that the control plane makes one and returns it once.
///
/// In JSON: `{"given": "…"}` or `{"generate": true}`. Its description never shows the password.
public enum PasswordChoice: Codable, Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
    case given(String), generate

    /// In octets of UTF-8: below, a guess finds it; above, hashing it is a burden. Both sides check it with `validate`.
    public static let allowedLength = 8...1024

    public var description: String {
        switch self {
        case .given: "given"
        case .generate: "generate"
        }
    }
    public var debugDescription: String { description }

    /// - Throws: `AdminError` of kind `invalid` for a password that is too short, too long, or holds control characters, which login
    ///   dialogues cannot carry.
    public func validate() throws(AdminError) {
        guard case .given(let password) = self else { return }
        guard password.utf8.count >= Self.allowedLength.lowerBound else {
            throw AdminError(.invalid, "The password is too short.", hint: "Use at least \(Self.allowedLength.lowerBound) characters.")
        }
        guard password.utf8.count <= Self.allowedLength.upperBound else {
            throw AdminError(.invalid, "The password is longer than \(Self.allowedLength.upperBound) octets.")
        }
        guard password.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }) else {
            throw AdminError(.invalid, "The password holds a control character.", hint: "Use letters, digits, spaces and signs.")
        }
    }

    private enum CodingKeys: String, CodingKey { case given, generate }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let password = try container.decodeIfPresent(String.self, forKey: .given) {
            self = .given(password)
        } else if try container.decodeIfPresent(Bool.self, forKey: .generate) == true {
            self = .generate
        } else {
            throw AdminError(.invalid, "A password is either given or generated.", hint: #"Send {"given": "…"} or {"generate": true}."#)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .given(let password): try container.encode(password, forKey: .given)
        case .generate: try container.encode(true, forKey: .generate)
        }
    }
}

/// The body of `POST /users/{address}/password`.
public struct NewPassword: Codable, Sendable, Hashable {
    public var password: PasswordChoice
    public init(_ password: PasswordChoice) { self.password = password }
}

/// The answer to it; `generatedPassword` is there only when the control plane made one.
public struct ChangedPassword: Codable, Sendable, Hashable {
    public var address: EmailAddress
    public var generatedPassword: String?

    public init(address: EmailAddress, generatedPassword: String? = nil) {
        (self.address, self.generatedPassword) = (address, generatedPassword)
    }
}
