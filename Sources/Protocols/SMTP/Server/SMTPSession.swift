import SASL

/// The server's side of one SMTP or LMTP connection: which command may come when (RFC 5321 §4.1.4), and what follows from it.
///
/// Questions are actions; their answers come back as events, and until then nothing else is taken, so replies keep the order of
/// their commands (RFC 2920 §3.2).
public struct SMTPSession: Sendable {
    public enum Event: Sendable {
        case command(SMTPCommand), syntaxError(SMTPSyntaxError)
        /// A line of the AUTH exchange, without its CRLF.
        case authenticationLine([UInt8])
        // Answers:
        case tlsStarted
        case authentication(SMTPAuthenticationAnswer)
        /// To `checkSender` and `checkRecipient`: nil accepts, a reply refuses.
        case senderChecked(Reply?), recipientChecked(Reply?)
        /// To `deliver`. One reply for all recipients, or, at the LMTP door, one for each recipient of the envelope.
        case delivered([Reply])
    }

    public enum Action: Sendable, Equatable {
        case reply(Reply)
        case authenticate(SASLCredentials)
        /// The go-ahead was replied: send it, start TLS, answer `tlsStarted`.
        case startTLS
        case checkSender(MailCommand), checkRecipient(RcptCommand)
        case deliver(SMTPEnvelope, [UInt8])
        /// The transaction that was begun is given up: nothing of it will be delivered.
        case abandon
        case close
    }

    /// What the next octets of the client are.
    public enum Expectation: Sendable, Equatable { case command, authenticationLine, content, nothing, end }

    enum State { case connected, ready, mail, collecting, authenticating, content, chunk(left: Int, isLast: Bool), waiting, closed }

    let configuration: SMTPServerConfiguration
    var state = State.connected
    var envelope: SMTPEnvelope?
    var content: MessageContent?
    var decoder = DataDecoder()
    /// What a chunk that is being read leads back to, and why it is not wanted.
    var stateAfterChunk = State.collecting
    var chunkRefusal: Reply?
    var exchange: AuthenticationExchange?
    /// The recipient that is asked about.
    var asked: RcptCommand?
    var clientName: String?
    var isExtended = false
    var isEncrypted: Bool
    var isAuthenticated: Bool
    private var errors = 0, logins = 0, refusedRecipients = 0, idleCommands = 0
    /// Recipients of this transaction that came when there were enough.
    var overshoot = 0
    /// Octets of chunks that came where no message may come, and were thrown away.
    var wastedOctets: Int64 = 0

    public init(_ configuration: SMTPServerConfiguration) {
        self.configuration = configuration
        isEncrypted = configuration.isEncrypted
        isAuthenticated = configuration.resumedAfterLogin != nil
        if let name = configuration.resumedAfterLogin?.name {
            clientName = name
            isExtended = true
            state = .ready
        }
    }

    public var expectation: Expectation {
        switch state {
        case .connected, .ready, .mail, .collecting: .command
        case .authenticating: exchange?.awaitsAnswer == true ? .nothing : .authenticationLine
        case .content, .chunk: .content
        case .waiting: .nothing
        case .closed: .end
        }
    }

    /// What is said first; nothing in a session that goes on after a login.
    public func greeting() -> [Action] {
        configuration.resumedAfterLogin == nil ? [.reply(.greeting(configuration.hostname, lmtp: configuration.door == .lmtp))] : []
    }

    public mutating func receive(_ event: Event) -> [Action] {
        switch (state, event) {
        case (.closed, _): return []
        case (.connected, .command(let command)), (.ready, .command(let command)), (.mail, .command(let command)),
            (.collecting, .command(let command)):
            return perform(command)
        case (_, .syntaxError(let error)): return refuse(.syntaxError(error))
        case (.authenticating, .authenticationLine(let line)): return continueAuthentication(line)
        case (.authenticating, .authentication(let answer)): return finishAuthentication(answer)
        case (.waiting, .tlsStarted): return resetForTLS()
        case (.waiting, .senderChecked(let refusal)): return finishMail(refusal)
        case (.waiting, .recipientChecked(let refusal)): return finishRcpt(refusal)
        case (.waiting, .delivered(let replies)): return finishDelivery(replies)
        case (_, .command), (_, .authenticationLine): return refuse(.badSequence)
        case (_, .tlsStarted), (_, .authentication), (_, .senderChecked), (_, .recipientChecked), (_, .delivered): return []
        }
    }

    private mutating func perform(_ command: SMTPCommand) -> [Action] {
        switch command {
        case .helo(let name), .ehlo(let name), .lhlo(let name): return greet(command, name) + countIdleCommand()
        case .mail(let mail): return begin(mail)
        case .rcpt(let recipient): return add(recipient)
        case .data: return startData()
        case .bdat(let size, let isLast): return startChunk(size, isLast: isLast)
        case .rset: return abandonTransaction() + [.reply(.ok)] + countIdleCommand()
        case .noop: return [.reply(.ok)] + countIdleCommand()
        case .vrfy: return [.reply(.cannotVerify)] + countIdleCommand()
        case .expn: return refuse(.notImplemented("EXPN"))
        case .help: return [.reply(.help)] + countIdleCommand()
        case .quit:
            let abandoned = abandonTransaction()
            state = .closed
            return abandoned + [.reply(.goodbye(configuration.hostname)), .close]
        case .startTLS: return startTLS()
        case .auth(let mechanism, let response): return startAuthentication(mechanism, response)
        }
    }

    // MARK: Errors

    /// Replies to a wrong command; too many of them end the session.
    mutating func refuse(_ reply: Reply) -> [Action] {
        errors += 1
        return errors < configuration.maximumErrors ? [.reply(reply)] : [.reply(reply)] + giveUp(.tooManyErrors)
    }

    mutating func countRefusedRecipient() -> [Action] {
        refusedRecipients += 1
        guard !configuration.door.isInner, refusedRecipients >= configuration.maximumRefusedRecipients else { return [] }
        return giveUp(.tooManyErrors)
    }

    mutating func countRefusedLogin() -> [Action] {
        logins += 1
        return logins < configuration.maximumLogins ? [] : giveUp(.tooManyLogins)
    }

    private mutating func countIdleCommand() -> [Action] {
        idleCommands += 1
        guard !configuration.door.isInner, expectation != .end, idleCommands > configuration.maximumIdleCommands else { return [] }
        return giveUp(.tooManyIdleCommands)
    }

    /// A message was answered: the client came for something.
    mutating func forgetIdleCommands() { idleCommands = 0 }

    mutating func giveUp(_ reply: Reply) -> [Action] {
        let abandoned = abandonTransaction()
        state = .closed
        return abandoned + [.reply(reply), .close]
    }

    /// Forgets the transaction; the greeting stands (RFC 5321 §4.1.1.5).
    mutating func abandonTransaction() -> [Action] {
        let hadOne = envelope != nil
        forgetTransaction()
        return hadOne ? [.abandon] : []
    }

    mutating func forgetTransaction() {
        envelope = nil
        content = nil
        asked = nil
        exchange = nil
        overshoot = 0
        state = clientName == nil ? .connected : .ready
    }
}
