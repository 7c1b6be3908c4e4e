/// What a user is told of, by mail: a change that decides who can open the mailbox. Nothing secret is in it.
public struct AccountNotice: Codable, Sendable, Equatable {
    public enum Event: Codable, Sendable, Equatable {
        /// For the device of this name.
        case appPasswordMade(String)
        case passwordChanged
        case oneTimePasswordsSet
        case oneTimePasswordsOff
    }

    /// Who did it. Of an administrator a company's users learn neither name nor place.
    public enum Author: Codable, Sendable, Equatable {
        /// Whoever proved to be the user, from this network address.
        case owner(from: String)
        case administrator
    }

    public var user: Int64
    /// The user's address at that time.
    public var address: String
    public var event: Event
    public var author: Author
    /// Seconds since 1970.
    public var time: Int64
    /// The same for each try to deliver it, and another one for each other.
    public var identity: String

    public init(user: Int64, address: String, event: Event, author: Author, time: Int64, identity: String) {
        (self.user, self.address, self.event, self.author) = (user, address, event, author)
        (self.time, self.identity) = (time, identity)
    }
}
