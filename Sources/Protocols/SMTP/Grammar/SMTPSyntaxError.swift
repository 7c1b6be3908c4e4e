/// Why a command line is none; `Reply` words each for the client.
public enum SMTPSyntaxError: Error, Sendable, Equatable {
    /// The verb is no command: 500 5.5.2.
    case unknownCommand
    /// The line is too long, or is not ended by CRLF alone: 500 5.5.2.
    case lineTooLong, badLineEnd
    /// The arguments of a known command are wrong: 501 5.5.4.
    case badArguments(String)
    case badSenderAddress, badRecipientAddress
    /// A parameter of MAIL or RCPT has a value that it cannot have, or comes twice: 501 5.5.4.
    case badParameter(String)
    /// A parameter of MAIL or RCPT that is not known: 555 5.5.4 (RFC 5321 §4.1.1.11).
    case unknownParameter(String)
}
