/// The wording of every reply that the protocol itself gives; the roles word their own.
extension Reply {
    public static let ok = Reply(250, "2.0.0", "OK")
    public static let senderAccepted = Reply(250, "2.1.0", "Sender OK")
    public static let recipientAccepted = Reply(250, "2.1.5", "Recipient OK")
    public static let chunkAccepted = Reply(250, "2.0.0", "Chunk received")
    public static let messageAccepted = Reply(250, "2.6.0", "Message accepted")
    public static let startMessage = Reply(354, nil, "Send the message; end it with a dot alone on a line")
    public static let help = Reply(
        214, "2.0.0", "Commands: EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY HELP AUTH STARTTLS QUIT; see RFC 5321")
    /// RFC 5321 §3.5.3: neither yes nor no.
    public static let cannotVerify = Reply(252, "2.1.5", "Cannot say; send the message and it will be tried")
    public static let readyForTLS = Reply(220, "2.0.0", "Ready to start TLS")

    static func greeting(_ hostname: String, lmtp: Bool) -> Reply { Reply(220, nil, "\(hostname) \(lmtp ? "LMTP" : "ESMTP") Casella") }
    static func goodbye(_ hostname: String) -> Reply { Reply(221, "2.0.0", "\(hostname) says goodbye") }

    // MARK: Sequence and syntax

    public static let badSequence = Reply(503, "5.5.1", "Not now: this command does not fit here")
    static let mailFirst = Reply(503, "5.5.1", "Send MAIL first")
    static let nestedMail = Reply(503, "5.5.1", "A sender is given already; send RSET to begin again")
    static let noRecipients = Reply(554, "5.5.1", "No recipient was accepted")
    static func greetFirst(_ verb: String) -> Reply { Reply(503, "5.5.1", "Send \(verb) first") }
    static func notImplemented(_ verb: String) -> Reply { Reply(502, "5.5.1", "\(verb) is not available here") }

    public static func syntaxError(_ error: SMTPSyntaxError) -> Reply {
        switch error {
        case .unknownCommand: Reply(500, "5.5.2", "Unknown command")
        case .lineTooLong: Reply(500, "5.5.2", "Line too long")
        case .badLineEnd: Reply(500, "5.5.2", "Lines must end with CR LF and have neither inside")
        case .badArguments(let help): Reply(501, "5.5.4", "Syntax error: \(help)")
        case .badSenderAddress: Reply(501, "5.1.7", "The sender's address is malformed; expected MAIL FROM:<address>")
        case .badRecipientAddress: Reply(501, "5.1.3", "The recipient's address is malformed; expected RCPT TO:<address>")
        case .badParameter(let name): Reply(501, "5.5.4", "Parameter \(name) has a value that it cannot have")
        case .unknownParameter(let name): Reply(555, "5.5.4", "Parameter \(name) is not known here")
        }
    }

    // MARK: Limits

    public static let tooManyRecipients = Reply(452, "4.5.3", "Too many recipients; send the rest in another transaction")
    public static let tooManyErrors = Reply(421, "4.7.0", "Too many errors; closing the connection")
    public static let tooMuchTogether = Reply(421, "4.3.1", "Too much mail is being received at the moment; please try again later")
    static let tooManyIdleCommands = Reply(421, "4.7.0", "Too many commands without a message; closing the connection")
    public static let tooManyLogins = Reply(421, "4.7.0", "Too many wrong logins; closing the connection")
    public static let tooManyConnections = Reply(421, "4.7.0", "Too many connections from your address; try again later")
    public static let idleTooLong = Reply(421, "4.4.2", "No command for too long; closing the connection")
    public static let loginTooLate = Reply(421, "4.4.2", "The time to log in is over; closing the connection")
    public static let shuttingDown = Reply(421, "4.3.2", "The server is going down; try again soon")
    public static let localError = Reply(451, "4.3.0", "An error on our side; please try again later")

    /// RFC 6531 §3.5.
    static let senderNeedsSMTPUTF8 = Reply(550, "5.6.7", "An address with other than ASCII characters needs SMTPUTF8 in MAIL")
    static let recipientNeedsSMTPUTF8 = Reply(553, "5.6.7", "An address with other than ASCII characters needs SMTPUTF8 in MAIL")

    public static func refused(_ defect: MessageDefect) -> Reply {
        switch defect {
        case .tooLarge(let limit): Reply(552, "5.3.4", "The message is larger than the \(limit) octets that are taken here")
        case .bareLineEnd: Reply(550, "5.6.11", "The message has a CR or a LF that stands alone; lines must end with CR LF")
        case .nul: Reply(550, "5.6.0", "The message has an octet of zero, which is not allowed")
        case .loop: Reply(554, "5.4.6", "The message passed through too many servers; it seems to go round in a circle")
        }
    }

    // MARK: Login and encryption (RFC 4954 §6, RFC 3207 §4)

    public static let authenticated = Reply(235, "2.7.0", "Authentication succeeded")
    public static let badCredentials = Reply(535, "5.7.8", "The name or the password is wrong")
    /// X.7.13, "User Account Disabled" of the registry that RFC 5248 began.
    public static func accountSuspended(_ reason: String) -> Reply { Reply(535, "5.7.13", reason) }
    public static let authenticationUnavailable = Reply(454, "4.7.0", "Logins cannot be checked now; please try again later")
    public static let tooManySessions = Reply(454, "4.7.0", "Too many sessions are open; close one first")
    static let authenticationMalformed = Reply(501, "5.5.2", "The response is none of this mechanism")
    static let authenticationCancelled = Reply(501, "5.7.0", "Authentication cancelled")
    static let notBase64 = Reply(501, "5.5.2", "The response is not base 64")
    static let unknownMechanism = Reply(504, "5.5.4", "This mechanism is not offered")
    static let loginNeedsEncryption = Reply(538, "5.7.11", "Logins need TLS; send STARTTLS first")
    static let encryptFirst = Reply(530, "5.7.0", "Send STARTTLS first")
    static let logInFirst = Reply(530, "5.7.0", "Log in first")
    static let alreadyEncrypted = Reply(503, "5.5.1", "TLS is active already")
}
