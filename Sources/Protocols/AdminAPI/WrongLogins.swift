/// Wrong logins that are not forgotten yet, by what they have in common.
public struct WrongLogins: Codable, Sendable, Hashable {
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// Of an address at an account that was logged in to from there before.
        case familiar
        /// Of a network at an account that was not logged in to from there before.
        case stranger
        /// Of an address, or of a network, at all accounts.
        case address, network
        /// Of all strangers at one account.
        case account
    }

    public var kind: Kind
    /// The login name; nil for all.
    public var account: String?
    /// An address or a network; nil for all.
    public var place: String?
    public var count: Int
    public var limit: Int
    /// When the next one may be tried; nil while none is refused.
    public var lockedUntil: Timestamp?

    public init(kind: Kind, account: String?, place: String?, count: Int, limit: Int, lockedUntil: Timestamp?) {
        (self.kind, self.account, self.place) = (kind, account, place)
        (self.count, self.limit, self.lockedUntil) = (count, limit, lockedUntil)
    }
}

/// An account, an address or a network, as `login list` shows them. Accounts need not exist: people try what they like.
public struct LoginSubject: ValidatedText {
    public let text: String

    public init(_ text: String) throws(AdminError) {
        guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw AdminError(.invalid, "\(quoted(text)) is neither an account nor an address.", hint: "`login list` shows what is counted.")
        }
        self.text = (try? EmailAddress(text))?.text ?? text.lowercased()
    }
}

/// The answer to `login unlock`.
public struct UnlockedLogins: Codable, Sendable, Hashable {
    public var subject: LoginSubject
    /// How many counts were forgotten.
    public var forgotten: Int

    public init(subject: LoginSubject, forgotten: Int) { (self.subject, self.forgotten) = (subject, forgotten) }
}
