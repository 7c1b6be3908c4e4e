/// What a person proves with that a user's account is theirs. No session is needed, and none comes of it.
public struct AccountProof: Codable, Sendable, Hashable, CustomStringConvertible {
    public var address: LoginName
    /// The account's own; an app password proves nothing here.
    public var password: String
    /// Six digits, of who has one-time passwords.
    public var oneTimePassword: String?

    public init(address: LoginName, password: String, oneTimePassword: String? = nil) {
        (self.address, self.password, self.oneTimePassword) = (address, password, oneTimePassword)
    }

    public var description: String { "proof of \(address)" }
}

/// One's own password anew, for a user; one's sessions end.
public struct UserPasswordChange: Codable, Sendable, Hashable, CustomStringConvertible {
    public var proof: AccountProof
    public var new: PasswordChoice

    public init(proof: AccountProof, new: PasswordChoice) { (self.proof, self.new) = (proof, new) }

    public var description: String { "change of the password of \(proof.address)" }
}

/// An app password that a user makes.
public struct NewOwnAppPassword: Codable, Sendable, Hashable, CustomStringConvertible {
    public var proof: AccountProof
    public var appPassword: NewAppPassword

    public init(proof: AccountProof, appPassword: NewAppPassword) { (self.proof, self.appPassword) = (proof, appPassword) }

    public var description: String { "app password of \(proof.address)" }
}

/// An app password that a user takes back.
public struct OwnAppPasswordRevocation: Codable, Sendable, Hashable, CustomStringConvertible {
    public var proof: AccountProof
    public var name: AppPasswordName

    public init(proof: AccountProof, name: AppPasswordName) { (self.proof, self.name) = (proof, name) }

    public var description: String { "end of the app password of \(proof.address) for \(name)" }
}

/// What a user's one-time passwords are made from, told once.
public struct OneTimePasswordSecret: Codable, Sendable, Hashable, CustomStringConvertible {
    public var address: EmailAddress
    /// For an authenticator app: an `otpauth` address.
    public var oneTimePassword: String

    public init(address: EmailAddress, oneTimePassword: String) { (self.address, self.oneTimePassword) = (address, oneTimePassword) }

    public var description: String { "one-time passwords of \(address)" }
}
