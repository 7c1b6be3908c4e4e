/// The client's side of one SMTP or LMTP connection, without its socket. One request at a time: `begin` it, then do what `next`
/// says until it is done.
///
///     client.begin(.open)
///     while true {
///         switch client.next() {
///         case .send(let bytes): connection.write(bytes); try await connection.flush()
///         case .receive:
///             let bytes = try await connection.read(timeout: client.patience)
///             if let bytes { client.feed(bytes) } else { client.peerEnded() }
///         case .startTLS: try await connection.upgradeToTLS(…); client.tlsStarted()
///         case .done(let outcome): return outcome
///         }
///     }
public struct SMTPClient: Sendable {
    public struct Configuration: Sendable {
        public enum Encryption: Sendable { case never, whenOffered, required }
        /// What the client calls itself: a domain or an address literal.
        public var name: String
        /// LHLO, and a reply for each recipient (RFC 2033).
        public var isLMTP: Bool
        public var encryption: Encryption

        public init(name: String, isLMTP: Bool = false, encryption: Encryption = .never) {
            self.name = name
            self.isLMTP = isLMTP
            self.encryption = encryption
        }
    }

    public enum Request: Sendable {
        /// Greeting, EHLO, and TLS. Done with `opened`.
        case open
        /// One command each; done with `reply`. Parameters that the server does not offer are left out.
        case mail(MailCommand), rcpt(RcptCommand), reset, quit
        /// DATA and the message to the recipients accepted so far. Done with `message`.
        case data([UInt8])
        /// A whole transaction, pipelined where that is offered. Done with `transaction`.
        case transaction(SMTPEnvelope, [UInt8])
    }

    public enum Step: Sendable, Equatable {
        case send([UInt8])
        case receive
        case startTLS
        case done(Outcome)
    }

    public enum Outcome: Sendable, Equatable {
        case opened(SMTPCapabilities)
        case reply(Reply)
        /// Over LMTP one reply for each accepted recipient; over SMTP one.
        case message([Reply])
        /// A final reply for each recipient of the envelope.
        case transaction([Reply])
        /// The connection is of no further use.
        case failed(SMTPClientFailure)
    }

    enum Awaited { case greeting, extendedHello, hello, startTLS, command, discarded, mail, rcpt(Int), data, message }

    private let configuration: Configuration
    public private(set) var capabilities = SMTPCapabilities()
    public private(set) var isEncrypted = false
    private var parser = ReplyParser()
    private var lines: [(line: String, reply: Awaited)] = []
    private var awaited: [Awaited] = []
    private var outcome: Outcome?
    private var wantsTLS = false
    private var failure: SMTPClientFailure?
    /// Recipients accepted in the open transaction.
    private var accepted = 0
    private var hasTransaction = false
    private var transaction: TransactionProgress?
    private var body: [UInt8] = []
    private var sending: MessageSender?
    private var messageReplies: [Reply] = []

    public init(_ configuration: Configuration) { self.configuration = configuration }

    // MARK: Requests

    public mutating func begin(_ request: Request) {
        outcome = nil
        switch request {
        case .open: awaited.append(.greeting)
        case .reset:
            hasTransaction = false
            lines.append(("RSET\r\n", .command))
        case .quit: lines.append(("QUIT\r\n", .command))
        case .mail(let mail): beginMail(mail, size: nil, needsUTF8: mail.reversePath.needsUTF8)
        case .rcpt(let recipient): lines.append((capabilities.adapted(recipient).line, .rcpt(0)))
        case .data(let message):
            guard accepted > 0 else { return outcome = .message([.nobodyAccepted]) }
            body = message
            lines.append(("DATA\r\n", .data))
        case .transaction(let envelope, let message): begin(envelope, message)
        }
    }

    private mutating func begin(_ envelope: SMTPEnvelope, _ message: [UInt8]) {
        transaction = TransactionProgress(recipients: envelope.recipients.count)
        body = message
        let needsUTF8 =
            envelope.mail.reversePath.needsUTF8 || envelope.recipients.contains { $0.path.needsUTF8 }
            || (envelope.mail.usesUTF8 && !capabilities.smtpUTF8 && MessageSender.hasEightBitHeader(message))
        beginMail(envelope.mail, size: Int64(message.count), needsUTF8: needsUTF8)
        guard outcome == nil else { return }
        for (index, recipient) in envelope.recipients.enumerated() { lines.append((capabilities.adapted(recipient).line, .rcpt(index))) }
    }

    private mutating func beginMail(_ mail: MailCommand, size: Int64?, needsUTF8: Bool) {
        if hasTransaction { lines.append(("RSET\r\n", .discarded)) }
        hasTransaction = true
        accepted = 0
        if needsUTF8, !capabilities.smtpUTF8 { return refuseHere(.peerLacksSMTPUTF8) }
        if let limit = capabilities.maximumMessageSize, let octets = size ?? mail.size, octets > limit {
            return refuseHere(.peerRefusesSize(limit))
        }
        lines.append((capabilities.adapted(mail, size: size).line, .mail))
    }

    /// Answers in the server's place what it could only refuse.
    private mutating func refuseHere(_ reply: Reply) {
        hasTransaction = false
        lines = []
        outcome = transaction?.ended(allWith: reply) ?? .reply(reply)
        endTransaction()
    }

    // MARK: Events

    public mutating func feed(_ bytes: some Sequence<UInt8>) { parser.feed(bytes) }

    public mutating func peerEnded() { failure = failure ?? .closed }

    public mutating func tlsStarted() {
        parser.discard()
        isEncrypted = true
        sayHello()
    }

    /// Whether the message, or a part of it, has been sent and not been answered: the server may have taken it all the same.
    public var messageIsUnanswered: Bool {
        if case .message = awaited.first { true } else { false }
    }

    /// How long to wait for the server now (RFC 5321 §4.5.3.2).
    public var patience: Duration {
        switch awaited.first {
        case .data: .seconds(120)
        case .message: .seconds(600)
        default: .seconds(300)
        }
    }

    // MARK: Steps

    public mutating func next() -> Step {
        while true {
            if let failure { return .done(.failed(failure)) }
            if let outcome {
                self.outcome = nil
                return .done(outcome)
            }
            if wantsTLS {
                wantsTLS = false
                return .startTLS
            }
            if let piece = sending?.next() { return .send(piece) }
            sending = nil
            if let bytes = takeLines() { return .send(bytes) }
            switch parser.next() {
            case .needsMore: return .receive
            case .malformed: failure = .malformedReply
            case .reply(let reply): take(reply)
            }
        }
    }

    /// As many commands as may be sent now: one, or a group where the server takes groups (RFC 2920 §3.1).
    private mutating func takeLines() -> [UInt8]? {
        let window = capabilities.pipelining ? 100 : 1
        guard !lines.isEmpty, awaited.count < (window + 1) / 2 else { return nil }
        let group = lines.prefix(window)
        lines.removeFirst(group.count)
        awaited += group.map(\.reply)
        return group.flatMap { Array($0.line.utf8) }
    }

    private mutating func take(_ reply: Reply) {
        guard !awaited.isEmpty else { return failure = .malformedReply }
        switch awaited.removeFirst() {
        case .greeting: reply.isPositive ? sayHello() : fail(.refused(reply))
        case .extendedHello: takeHello(reply)
        case .hello: reply.isPositive ? outcome = .opened(capabilities) : fail(.refused(reply))
        case .startTLS: takeGoAheadForTLS(reply)
        case .command: outcome = .reply(reply)
        case .discarded: break
        case .mail: takeMailReply(reply)
        case .rcpt(let index): takeRcptReply(reply, index)
        case .data: takeGoAhead(reply)
        case .message: takeMessageReply(reply)
        }
    }

    private mutating func fail(_ reason: SMTPClientFailure) { failure = reason }

    // MARK: Opening

    private mutating func sayHello() {
        capabilities = SMTPCapabilities()
        lines.append(("\(configuration.isLMTP ? "LHLO" : "EHLO") \(configuration.name)\r\n", .extendedHello))
    }

    private mutating func takeHello(_ reply: Reply) {
        guard reply.isPositive else {
            // RFC 5321 §3.2: a server without extensions refuses EHLO and takes HELO.
            guard reply.isPermanent, !configuration.isLMTP, configuration.encryption != .required else { return fail(.refused(reply)) }
            return lines.append(("HELO \(configuration.name)\r\n", .hello))
        }
        capabilities = SMTPCapabilities(reply: reply)
        if isEncrypted || configuration.encryption == .never { return outcome = .opened(capabilities) }
        if capabilities.startTLS { return lines.append(("STARTTLS\r\n", .startTLS)) }
        configuration.encryption == .required ? fail(.encryptionUnavailable) : (outcome = .opened(capabilities))
    }

    private mutating func takeGoAheadForTLS(_ reply: Reply) {
        if reply.code == 220 {
            wantsTLS = true
        } else if configuration.encryption == .required {
            fail(.encryptionUnavailable)
        } else {
            outcome = .opened(capabilities)
        }
    }

    // MARK: The transaction

    private mutating func takeMailReply(_ reply: Reply) {
        hasTransaction = reply.isPositive
        guard transaction != nil else { return outcome = .reply(reply) }
        if reply.isPositive { return }
        // The recipients in the same group are answered too; those that were not sent are not sent any more.
        transaction?.senderRefusal = reply
        lines = []
        endTransactionIfRefused()
    }

    private mutating func takeRcptReply(_ reply: Reply, _ index: Int) {
        if reply.isPositive { accepted += 1 }
        guard transaction != nil else { return outcome = .reply(reply) }
        transaction?.take(reply, for: index)
        guard awaited.isEmpty, lines.isEmpty else { return }
        if accepted > 0, transaction?.senderRefusal == nil {
            lines.append(("DATA\r\n", .data))
        } else {
            endTransactionIfRefused()
        }
    }

    private mutating func endTransactionIfRefused() {
        guard awaited.isEmpty, let transaction else { return }
        outcome = transaction.senderRefusal.map { transaction.ended(allWith: $0) } ?? .transaction(transaction.replies)
        endTransaction()
    }

    private mutating func takeGoAhead(_ reply: Reply) {
        guard reply.isIntermediate else { return finishMessage([reply]) }
        sending = MessageSender(body)
        body = []
        messageReplies = []
        awaited = Array(repeating: .message, count: configuration.isLMTP ? accepted : 1)
    }

    private mutating func takeMessageReply(_ reply: Reply) {
        messageReplies.append(reply)
        guard awaited.isEmpty else { return }
        hasTransaction = false
        finishMessage(messageReplies)
    }

    private mutating func finishMessage(_ replies: [Reply]) {
        outcome = transaction?.ended(with: replies) ?? .message(replies)
        endTransaction()
    }

    private mutating func endTransaction() {
        transaction = nil
        body = []
        messageReplies = []
        accepted = 0
    }
}
