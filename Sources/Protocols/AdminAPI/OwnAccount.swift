/// What a person proves with that a user's account is theirs. No session is needed, and none comes of it.
public struct AccountProof: Codable, Sendable, Hashable, CustomStringConvertible {
    public var address: EmailAddress
    /// The account's own; an app password proves nothing here.
    public var password: String

    public init(address: EmailAddress, password: String) { (self.address, self.password) = (address, password) }

    public var description: String { "proof of \(address)" }
}

/// One's own password anew, for a user; one's sessions end.
public struct UserPasswordChange: Codable, Sendable, Hashable, CustomStringConvertible {
    public var proof: AccountProof
    public var new: PasswordChoice

    public init(proof: AccountProof, new: PasswordChoice) { (self.proof, self.new) = (proof, new) }

    public var description: String { "change of the password of \(proof.address)" }
}
