import SASL

/// The AUTHORIZATION state of a POP3 server (RFC 1939 §4): up to the login, after which another process goes on.
///
///     while let action = session.next() { … }   // then flush, read, feed
public struct POP3Authorization: Sendable {
    public struct Configuration: Sendable {
        public var hostname: String
        public var offersSTLS: Bool
        public var isEncrypted: Bool
        /// Logins in the clear, for tests on loopback addresses only.
        public var allowsPlaintextLogin: Bool
        public var maximumErrors = 20, maximumLogins = 3

        public init(hostname: String, offersSTLS: Bool, isEncrypted: Bool = false, allowsPlaintextLogin: Bool = false) {
            self.hostname = hostname
            self.offersSTLS = offersSTLS
            self.isEncrypted = isEncrypted
            self.allowsPlaintextLogin = allowsPlaintextLogin
        }
    }

    public enum Action: Sendable, Equatable {
        case send([UInt8])
        /// Answered by `answer(_:)`.
        case authenticate(SASLCredentials)
        /// Flush, start TLS, then call `tlsStarted`.
        case startTLS
        case close
    }

    public enum Answer: Sendable, Equatable {
        /// Another process goes on with this client, and answers the login.
        case handedOver
        case refused, unavailable, tooManySessions
        /// The password was right; `reason` says why it does not help.
        case suspended(reason: String)
    }

    private enum State { case command, exchange(SASLServerExchange), waiting, closed }
    private let configuration: Configuration
    private var state = State.command
    private var userName: String?
    private var isEncrypted: Bool
    private var lines = LineBuffer(limit: POP3Command.authLineLimit)
    private var actions: [Action]
    private var errors = 0, logins = 0

    public init(_ configuration: Configuration) {
        self.configuration = configuration
        isEncrypted = configuration.isEncrypted
        actions = [.send(POP3Response.greeting(configuration.hostname).bytes)]
    }

    public mutating func feed(_ bytes: some Sequence<UInt8>) { lines.feed(bytes) }

    /// What the client sent behind its login, for whoever goes on.
    public mutating func takeUnread() -> [UInt8] { lines.takeAll() }

    /// What is to be done next; nil when more octets are needed, or an answer.
    public mutating func next() -> Action? {
        while actions.isEmpty {
            switch state {
            case .waiting, .closed: return nil
            case .command, .exchange:
                guard let line = lines.next() else { return nil }
                take(line)
            }
        }
        return actions.removeFirst()
    }

    public mutating func answer(_ answer: Answer) {
        guard case .waiting = state else { return }
        switch answer {
        case .handedOver: state = .closed
        case .unavailable:
            state = .command
            say(.authenticationUnavailable)
        case .tooManySessions:
            state = .command
            say(.tooManySessions)
        case .suspended(let reason):
            state = .command
            say(.suspended(reason))
        case .refused:
            state = .command
            say(.badCredentials)
            logins += 1
            if logins >= configuration.maximumLogins { close() }
        }
    }

    /// Nothing that was said in the clear counts any more (RFC 2595 §4).
    public mutating func tlsStarted() {
        lines.discard()
        userName = nil
        isEncrypted = true
        state = .command
    }

    // MARK: Lines

    private mutating func take(_ line: LineBuffer.Line) {
        switch (state, line) {
        case (.exchange, .tooLong):
            state = .command
            refuse(.authenticationMalformed)
        case (_, .tooLong): refuse(.lineTooLong)
        case (.exchange(let exchange), .line(let line)): take(response: line, exchange)
        case (_, .line(let line)):
            do throws(POP3SyntaxError) {
                perform(try POP3Command(parsing: line[...]))
            } catch {
                refuse(.syntaxError(error))
            }
        }
    }

    private mutating func perform(_ command: POP3Command) {
        switch command {
        case .capa: actions.append(.send(POP3Response.list(.ok("Capabilities follow"), capabilities)))
        case .quit:
            say(.goodbye)
            close()
        case .stls:
            guard configuration.offersSTLS, !isEncrypted else { return refuse(.notNow) }
            lines.discard()
            state = .waiting
            say(.beginTLS)
            actions.append(.startTLS)
        case .user(let name):
            guard takesLogins else { return refuse(.loginNeedsEncryption) }
            userName = name
            say(.ok("Send PASS"))
        case .pass(let password):
            guard takesLogins else { return refuse(.loginNeedsEncryption) }
            // RFC 1939 §7: PASS only right after a USER.
            guard let name = userName else { return refuse(.notNow) }
            userName = nil
            authenticate(SASLCredentials(authentication: name, password: password))
        case .authList:
            guard takesLogins else { return refuse(.loginNeedsEncryption) }
            actions.append(.send(POP3Response.list(.ok("Mechanisms follow"), SASLMechanism.allCases.map(\.rawValue))))
        case .auth(let mechanism, let response): startExchange(mechanism, response)
        case .noop, .stat, .rset, .list, .uidl, .retr, .dele, .top: refuse(.notNow)
        }
    }

    private var takesLogins: Bool { isEncrypted || configuration.allowsPlaintextLogin }

    private var capabilities: [String] {
        var lines = POP3Transaction.capabilities
        if takesLogins { lines += ["USER", "SASL " + SASLMechanism.allCases.map(\.rawValue).joined(separator: " ")] }
        if configuration.offersSTLS, !isEncrypted { lines.append("STLS") }
        return lines
    }

    // MARK: SASL (RFC 5034)

    private mutating func startExchange(_ mechanism: String, _ response: [UInt8]?) {
        guard takesLogins else { return refuse(.loginNeedsEncryption) }
        guard let known = SASLMechanism(named: mechanism.utf8) else { return refuse(.unknownMechanism) }
        var exchange = SASLServerExchange(known)
        var initial: [UInt8]?
        if let response {
            // RFC 5034 §4: `=` stands for an empty initial response.
            guard let octets = response == [UInt8(ascii: "=")] ? [] : Base64.decode(response) else {
                return refuse(.authenticationMalformed)
            }
            initial = octets
        }
        take(exchange.start(initialResponse: initial), of: exchange)
    }

    private mutating func take(response line: [UInt8], _ exchange: SASLServerExchange) {
        state = .command
        if line == [UInt8(ascii: "*")] { return refuse(.authenticationCancelled) }
        guard let response = Base64.decode(line) else { return refuse(.authenticationMalformed) }
        var exchange = exchange
        take(exchange.receive(response), of: exchange)
    }

    private mutating func take(_ step: SASLServerExchange.Step, of exchange: SASLServerExchange) {
        switch step {
        case .challenge(let challenge):
            state = .exchange(exchange)
            actions.append(.send(Array("+ ".utf8) + Base64.encode(challenge) + [13, 10]))
        case .credentials(let credentials): authenticate(credentials)
        case .malformed: refuse(.authenticationMalformed)
        }
    }

    private mutating func authenticate(_ credentials: SASLCredentials) {
        state = .waiting
        actions.append(.authenticate(credentials))
    }

    // MARK: Answers

    private mutating func say(_ response: POP3Response) { actions.append(.send(response.bytes)) }

    private mutating func refuse(_ response: POP3Response) {
        say(response)
        errors += 1
        guard errors >= configuration.maximumErrors else { return }
        say(.tooManyErrors)
        close()
    }

    private mutating func close() {
        state = .closed
        actions.append(.close)
    }
}
