/// Why a command could not be read.
public enum SyntaxError: Error, Sendable, Equatable {
    /// What should have stood where something else was found.
    case expected(String)
    case unknownCommand
    case badMailboxName
    case unsupportedCharset
    /// Nested deeper, or more of something, than is reasonable.
    case tooComplex
    /// A flag that starts with a backslash and is none of RFC 3501 §2.3.2.
    case unknownFlag
    case unsupportedSpecialUse

    /// The one place that words these errors. BAD means "this is no command", NO "understood, but impossible".
    public func response(tag: String?) -> ConditionResponse {
        switch self {
        case .expected(let what): ConditionResponse(tag: tag, .bad, text: "Syntax error: expected \(what)")
        case .unknownCommand: ConditionResponse(tag: tag, .bad, text: "Unknown command")
        case .badMailboxName: ConditionResponse(tag: tag, .no, .cannot, text: "The mailbox name is not valid modified UTF-7")
        case .unsupportedCharset: ConditionResponse(tag: tag, .no, .badCharset(["US-ASCII", "UTF-8"]), text: "Unsupported charset")
        case .tooComplex: ConditionResponse(tag: tag, .bad, .limit, text: "The command is too complex")
        case .unknownFlag: ConditionResponse(tag: tag, .bad, text: "Unknown system flag")
        case .unsupportedSpecialUse: ConditionResponse(tag: tag, .no, .useAttribute, text: "Unsupported special-use attribute")
        }
    }
}
