import AdminAPI

/// What is kept of a user's password: a hash of ours, or another mail system's as it was given.
struct UserCredential: Sendable, CustomStringConvertible {
    let hash: String
    /// What the caller has yet to learn.
    let generatedPassword: String?
    var description: String { generatedPassword == nil ? "given" : "generated" }
}

extension Provisioning {
    /// Takes the time of a hash, unless one is given.
    func credential(_ choice: PasswordChoice, of address: EmailAddress) async throws -> UserCredential {
        if case .hash(let text) = choice {
            await learnCosts(of: [text])
            return UserCredential(hash: text, generatedPassword: nil)
        }
        let password = try choice.resolved()
        let hash = try await hashing.hash(password.text, for: party(of: .user(address)))
        return UserCredential(hash: hash, generatedPassword: password.isGenerated ? password.text : nil)
    }
}
