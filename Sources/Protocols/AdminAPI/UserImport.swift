/// Users to be made together: those of one tenant, in one transaction. Their passwords are given, or their hashes are.
public struct UserImport: Codable, Sendable, Hashable {
    /// Users of one request.
    public static let limit = 200

    public var users: [NewUser]

    public init(users: [NewUser]) { self.users = users }
}

/// The answer to it: what came of each user, in their order.
public struct UserImportReport: Codable, Sendable, Hashable {
    public var users: [ImportedUser]
    public init(users: [ImportedUser]) { self.users = users }
}

public struct ImportedUser: Codable, Sendable, Hashable {
    public enum Outcome: String, Codable, Sendable, CaseIterable {
        /// Made; in a dry run: it would be.
        case made
        /// Was there already, and stays as it is.
        case exists
        case refused
    }

    public var address: EmailAddress
    public var outcome: Outcome
    /// Of who was refused.
    public var error: AdminError?

    public init(address: EmailAddress, outcome: Outcome, error: AdminError? = nil) {
        (self.address, self.outcome, self.error) = (address, outcome, error)
    }
}
