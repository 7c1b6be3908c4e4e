/// A command of the protocol: its grammar, and the facts that the session must know without knowing the command.
public protocol IMAPCommand: Sendable {
    static var name: String { get }
    /// When it may come (RFC 3501 §3).
    static var allowed: SessionStates { get }
    /// EXPUNGE responses may be sent while it is answered. They may not with FETCH, STORE and SEARCH (RFC 3501 §7.4.1).
    static var maySendExpunge: Bool { get }
    /// There is a `UID` form, with unique identifiers in place of sequence numbers; it may always send EXPUNGE.
    static var hasUIDForm: Bool { get }
    /// Reads what follows the name, to the end of the command.
    init(parsing input: inout Parser) throws(SyntaxError)
}

extension IMAPCommand {
    public static var maySendExpunge: Bool { true }
    public static var hasUIDForm: Bool { false }
}

/// The states of RFC 3501 §3 in which a command may come.
public struct SessionStates: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let notAuthenticated = SessionStates(rawValue: 1), authenticated = SessionStates(rawValue: 2),
        selected = SessionStates(rawValue: 4)
    public static let any: SessionStates = [.notAuthenticated, .authenticated, .selected]
    public static let loggedIn: SessionStates = [.authenticated, .selected]
}

/// A command that was read: its tag, and the command.
public struct TaggedCommand: Sendable {
    public let tag: String
    /// As it was called: `UID FETCH`.
    public let name: String
    public let isUIDForm: Bool
    /// Of the command in `CommandTable.all`.
    public let place: Int
    public let command: any IMAPCommand

    public var maySendExpunge: Bool { isUIDForm || type(of: command).maySendExpunge }
}

/// A command that could not be read; without a tag, when not even that could.
public struct CommandError: Error, Sendable, Equatable {
    public let tag: String?
    public let error: SyntaxError

    public init(tag: String?, error: SyntaxError) {
        self.tag = tag
        self.error = error
    }
    public var response: ConditionResponse { error.response(tag: tag) }
}
