/// What of a tenant or a user can be suspended, each by itself.
public enum Suspendable: String, Codable, Sendable, CaseIterable {
    /// Mail for it waits at its senders.
    case incoming
    /// It sends nothing.
    case outgoing
    /// Nobody logs in; sessions end.
    case login
}

/// What is to be suspended, or resumed.
public struct SuspensionChange: Codable, Sendable, Hashable {
    /// Left out: all.
    public var what: [Suspendable]?
    /// What people are told in the protocol's reply; left out: as before. Where there is none they are told that it is suspended, and
    /// logins look as if the password were wrong.
    public var reason: SuspensionReason?
    /// An earlier reason goes.
    public var withoutReason: Bool?

    public init(what: [Suspendable]? = nil, reason: SuspensionReason? = nil, withoutReason: Bool? = nil) {
        (self.what, self.reason, self.withoutReason) = (what, reason, withoutReason)
    }
}

/// A sentence that fits into a reply of any protocol: 1 to 200 printable characters of ASCII.
public struct SuspensionReason: ValidatedText {
    public let text: String

    public init(_ text: String) throws(AdminError) {
        guard (1...200).contains(text.utf8.count), text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), text.first != " " else {
            throw AdminError(
                .invalid, "\(quoted(text)) cannot stand in the replies of mail protocols.",
                hint: "Use one line of at most 200 letters, digits and signs of ASCII.")
        }
        self.text = text
    }
}
