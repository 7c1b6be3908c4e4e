/// The first line of an answer (RFC 1939 §3), with its response code (RFC 2449 §8, RFC 3206) when it has one.
public struct POP3Response: Sendable, Equatable {
    public let isPositive: Bool
    public let text: String

    public static func ok(_ text: String) -> POP3Response { POP3Response(isPositive: true, text: text) }
    public static func error(_ text: String, code: String? = nil) -> POP3Response {
        POP3Response(isPositive: false, text: code.map { "[\($0)] \(text)" } ?? text)
    }

    /// With its CRLF; at most 512 octets (RFC 2449 §4).
    public var bytes: [UInt8] {
        let clean = text.utf8.prefix(500).map { $0 < 32 || $0 == 127 ? UInt8(ascii: "?") : $0 }
        return Array((isPositive ? "+OK " : "-ERR ").utf8) + clean + [13, 10]
    }

    // MARK: Wording

    public static func greeting(_ hostname: String) -> POP3Response { .ok("\(hostname) POP3 Casella") }
    public static let unknownCommand = error("Unknown command")
    public static let notNow = error("This command does not fit here")
    public static let badArguments = error("Wrong arguments")
    public static let lineTooLong = error("Line too long")
    public static let beginTLS = ok("Begin TLS")
    public static let loginNeedsEncryption = error("Logins need TLS; send STLS first", code: "AUTH")
    public static let badCredentials = error("The name or the password is wrong", code: "AUTH")
    public static let authenticationUnavailable = error("Logins cannot be checked now; please try again later", code: "SYS/TEMP")
    public static func suspended(_ reason: String) -> POP3Response { error(reason, code: "SYS/PERM") }
    public static let tooManySessions = error("Too many sessions are open; close one first", code: "SYS/TEMP")
    public static let authenticationMalformed = error("The response is none of this mechanism")
    public static let authenticationCancelled = error("Authentication cancelled")
    public static let unknownMechanism = error("This mechanism is not offered")
    public static let tooManyErrors = error("Too many errors; closing the connection")
    public static let noSuchMessage = error("No such message")
    public static let inUse = error("Another session has the maildrop open", code: "IN-USE")
    public static let systemTrouble = error("An error on our side; please try again later", code: "SYS/TEMP")
    public static let goodbye = ok("Goodbye")

    static func syntaxError(_ error: POP3SyntaxError) -> POP3Response {
        switch error {
        case .unknownCommand: unknownCommand
        case .badArguments: badArguments
        case .lineTooLong: lineTooLong
        }
    }

    /// The lines of a multi-line answer, none of which begins with a dot.
    static func list(_ first: POP3Response, _ lines: some Sequence<String>) -> [UInt8] {
        var bytes = first.bytes
        for line in lines { bytes += Array(line.utf8) + [13, 10] }
        return bytes + Array(".\r\n".utf8)
    }
}
