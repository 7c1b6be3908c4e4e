/// What a client may ask (RFC 1939, RFC 2449 §5, RFC 2595 §4, RFC 5034 §4).
public enum POP3Command: Sendable, Equatable {
    case capa, noop, quit, stat, rset
    case stls
    case user(String), pass(String)
    /// The mechanism's name, and what stood behind it.
    case auth(mechanism: String, initialResponse: [UInt8]?)
    /// Bare AUTH asks for the mechanisms, as older clients do.
    case authList
    case list(Int?), uidl(Int?), retr(Int), dele(Int)
    case top(Int, lines: Int)

    /// Octets of a command line with its CRLF: RFC 2449 §4. What belongs to AUTH may be longer.
    public static let lineLimit = 255, authLineLimit = 12288

    /// Reads one line, given without its CRLF.
    public init(parsing line: ArraySlice<UInt8>) throws(POP3SyntaxError) {
        let verb = line.prefix { $0 != 32 }
        let name = String(decoding: verb.map { (97...122).contains($0) ? $0 - 32 : $0 }, as: UTF8.self)
        if name != "AUTH", name != "PASS", line.count > Self.lineLimit { throw .lineTooLong }
        let arguments = line.dropFirst(verb.count + 1)
        switch name {
        case "USER": self = .user(try Self.text(arguments))
        case "PASS": self = .pass(try Self.text(arguments))
        case "AUTH": self = try Self.auth(arguments)
        case "CAPA", "NOOP", "QUIT", "STAT", "RSET", "STLS":
            guard arguments.allSatisfy({ $0 == 32 }) else { throw .badArguments }
            switch name {
            case "CAPA": self = .capa
            case "NOOP": self = .noop
            case "QUIT": self = .quit
            case "STAT": self = .stat
            case "RSET": self = .rset
            default: self = .stls
            }
        case "LIST", "UIDL", "RETR", "DELE", "TOP": self = try Self.message(name, arguments)
        default: throw .unknownCommand
        }
    }

    /// A name or a password: all that follows the one space (RFC 1939 §7: a password may have spaces).
    private static func text(_ arguments: ArraySlice<UInt8>) throws(POP3SyntaxError) -> String {
        guard !arguments.isEmpty, arguments.count <= lineLimit, !arguments.contains(where: { $0 < 32 || $0 == 127 }),
            let text = String(validating: arguments, as: UTF8.self)
        else { throw .badArguments }
        return text
    }

    private static func auth(_ arguments: ArraySlice<UInt8>) throws(POP3SyntaxError) -> POP3Command {
        let words = arguments.split(separator: 32)
        guard words.count <= 2 else { throw .badArguments }
        guard let mechanism = words.first else { return .authList }
        guard mechanism.count <= 20 else { throw .badArguments }
        return .auth(mechanism: String(decoding: mechanism, as: UTF8.self), initialResponse: words.count == 2 ? Array(words[1]) : nil)
    }

    private static func message(_ name: String, _ arguments: ArraySlice<UInt8>) throws(POP3SyntaxError) -> POP3Command {
        let words = arguments.split(separator: 32)
        if words.isEmpty, name == "LIST" { return .list(nil) }
        if words.isEmpty, name == "UIDL" { return .uidl(nil) }
        guard words.count == (name == "TOP" ? 2 : 1), let number = number(words[0]), number > 0 else { throw .badArguments }
        switch name {
        case "LIST": return .list(number)
        case "UIDL": return .uidl(number)
        case "RETR": return .retr(number)
        case "DELE": return .dele(number)
        default:
            guard let lines = Self.number(words[1]) else { throw .badArguments }
            return .top(number, lines: lines)
        }
    }

    /// At most nine digits, which every `Int` holds.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...9).contains(digits.count) else { return nil }
        var value = 0
        for digit in digits {
            guard (48...57).contains(digit) else { return nil }
            value = value * 10 + Int(digit - 48)
        }
        return value
    }
}

/// Why a line is no command.
public enum POP3SyntaxError: Error, Sendable, Equatable {
    case unknownCommand, badArguments, lineTooLong
}
