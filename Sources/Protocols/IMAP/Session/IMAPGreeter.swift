import SASL

/// The server's side of a connection up to login (RFC 3501 §6.1 and §6.2). Whoever knows the mailboxes takes over then, and answers the
/// tagged OK of the login itself.
public struct IMAPGreeter: Sendable {
    public struct Policy: Sendable, Equatable {
        public var hostname: String
        public var offersTLS: Bool
        public var isEncrypted: Bool
        /// LOGIN and PLAIN without TLS, as from loopback addresses.
        public var allowsPlaintextLogin: Bool
        /// Failed logins, and commands that make no sense, after which the connection ends.
        public var failures: Int
        public var nonsense: Int

        public init(hostname: String, offersTLS: Bool, isEncrypted: Bool, allowsPlaintextLogin: Bool, failures: Int = 3, nonsense: Int = 10)
        {
            self.hostname = hostname
            self.offersTLS = offersTLS
            self.isEncrypted = isEncrypted
            self.allowsPlaintextLogin = allowsPlaintextLogin
            self.failures = failures
            self.nonsense = nonsense
        }
    }

    public enum Action: Sendable, Equatable {
        case reply([UInt8])
        /// Begin TLS once the replies are out, and call `tlsStarted()`. What came behind STARTTLS has been thrown away already.
        case startTLS
        /// Find out whether this is true, and call `loginFinished`. No input is taken meanwhile.
        case authenticate(SASLCredentials, tag: String)
        /// The session is logged in: hand over the connection, unread input and this tag.
        case handOver(tag: String)
        case close
    }

    public enum LoginOutcome: Sendable, Equatable {
        case accepted, refused, unavailable, tooManySessions
        /// The password was right; `reason` says why it does not help.
        case suspended(reason: String)
    }

    private enum State {
        case command
        case exchange(SASLServerExchange, tag: String)
        case checking(tag: String), startingTLS, ended
    }

    private var policy: Policy
    private var reader = CommandReader(limits: .beforeLogin)
    private var state = State.command
    private var failures = 0, nonsense = 0

    public init(policy: Policy) { self.policy = policy }

    private var mayLogIn: Bool { policy.isEncrypted || policy.allowsPlaintextLogin }
    private var capabilities: [String] {
        Capabilities.beforeLogin(
            offersTLS: policy.offersTLS && !policy.isEncrypted, mayLogIn: mayLogIn, mechanisms: SASLMechanism.allCases.map(\.rawValue))
    }

    /// False while an answer is awaited, and at the end: input stays unread.
    public var takesInput: Bool {
        switch state {
        case .command, .exchange: true
        case .checking, .startingTLS, .ended: false
        }
    }

    /// The greeting.
    public func greeting() -> [Action] {
        [reply(nil, .ok, .capability(capabilities), "\(policy.hostname) IMAP4rev1 service ready")]
    }

    /// Takes up to one command from the front of `input`; call again while `takesInput` and something is left.
    public mutating func receive(_ input: UnsafeRawBufferPointer, consumed: inout Int) -> [Action] {
        consumed = 0
        guard takesInput else { return [] }
        let actions: [Action]
        switch reader.read(input, consumed: &consumed) {
        case .needsMore: return []
        case .wantsLiteral: return [.reply(ConditionResponse.continuation("Ready for literal data"))]
        case .line(let line): actions = exchange(line)
        case .refused(let refusal): actions = refuse(refusal)
        case .command(let text): actions = execute(text)
        }
        if case .startingTLS = state { consumed = input.count }
        return actions
    }

    /// The same over a slice, from which it drops what it took.
    public mutating func receive(_ input: inout ArraySlice<UInt8>) -> [Action] {
        var consumed = 0
        let actions = input.withUnsafeBytes { receive($0, consumed: &consumed) }
        input = input.dropFirst(consumed)
        return actions
    }

    public mutating func tlsStarted() {
        guard case .startingTLS = state else { return }
        policy.isEncrypted = true
        reader = CommandReader(limits: .beforeLogin)
        state = .command
    }

    public mutating func loginFinished(_ outcome: LoginOutcome) -> [Action] {
        guard case .checking(let tag) = state else { return [] }
        state = .command
        switch outcome {
        case .accepted:
            state = .ended
            return [.handOver(tag: tag)]
        case .refused: return loginFailed(tag)
        case .suspended(let reason): return [reply(tag, .no, .contactAdmin, reason)]
        case .tooManySessions: return [reply(tag, .no, .limit, "Too many sessions are open; close one first")]
        case .unavailable: return [reply(tag, .no, .unavailable, "Login is not possible at the moment; please try again in a few minutes")]
        }
    }

    /// The client has not logged in in time.
    public mutating func timedOut() -> [Action] {
        if case .ended = state { return [] }
        return [reply(nil, .bye, nil, "The time to log in is over")] + end()
    }

    /// The server is going down.
    public mutating func shutDown() -> [Action] {
        if case .ended = state { return [] }
        return [reply(nil, .bye, .unavailable, "The server is shutting down")] + end()
    }

    /// A response of AUTHENTICATE that cannot be read ends the exchange, and is answered with its tag.
    private mutating func refuse(_ refusal: CommandReader.Refusal) -> [Action] {
        var response = refusal.response
        if !refusal.closes, case .exchange(_, let tag) = state {
            response = response.tagged(tag)
            state = .command
        }
        return [.reply(response.bytes)] + (refusal.closes ? end() : [])
    }

    // MARK: Commands

    private mutating func execute(_ text: CommandText) -> [Action] {
        let tagged: TaggedCommand
        do {
            tagged = try CommandTable.parse(text)
        } catch {
            return senseless(.reply(error.response.bytes))
        }
        let tag = tagged.tag
        guard type(of: tagged.command).allowed.contains(.notAuthenticated) else {
            return senseless(reply(tag, .bad, nil, "Please log in first"))
        }
        switch tagged.command {
        case is Capability:
            return [.reply(UntaggedResponse.capability(capabilities).bytes), reply(tag, .ok, nil, "CAPABILITY completed")]
        case is Noop: return [reply(tag, .ok, nil, "NOOP completed")]
        case is ID: return [.reply(UntaggedResponse.id([("name", "Casella")]).bytes), reply(tag, .ok, nil, "ID completed")]
        case is Logout: return [reply(nil, .bye, nil, "Logging out"), reply(tag, .ok, nil, "LOGOUT completed")] + end()
        case is StartTLS: return startTLS(tag)
        case let login as Login: return logIn(login, tag)
        case let authenticate as Authenticate: return start(authenticate, tag)
        default: return senseless(reply(tag, .bad, nil, "Please log in first"))
        }
    }

    private mutating func startTLS(_ tag: String) -> [Action] {
        guard !policy.isEncrypted else { return [reply(tag, .bad, nil, "TLS is active already")] }
        guard policy.offersTLS else { return [reply(tag, .no, .unavailable, "TLS is not available")] }
        state = .startingTLS
        return [reply(tag, .ok, nil, "Begin TLS negotiation now"), .startTLS]
    }

    private mutating func logIn(_ login: Login, _ tag: String) -> [Action] {
        guard mayLogIn else { return privacyRequired(tag) }
        guard (1...SASLCredentials.partLimit).contains(login.user.count), (1...SASLCredentials.partLimit).contains(login.password.count),
            let user = String(validating: login.user, as: UTF8.self), let password = String(validating: login.password, as: UTF8.self)
        else { return loginFailed(tag) }
        state = .checking(tag: tag)
        return [.authenticate(SASLCredentials(authentication: user, password: password), tag: tag)]
    }

    private mutating func start(_ command: Authenticate, _ tag: String) -> [Action] {
        guard let mechanism = SASLMechanism(named: command.mechanism.utf8) else {
            return [reply(tag, .no, .cannot, "Unsupported authentication mechanism")]
        }
        guard mayLogIn else { return privacyRequired(tag) }
        var initial: [UInt8]?
        if let response = command.initialResponse {
            guard let decoded = response == [UInt8(ascii: "=")] ? [] : Base64.decode(response) else {
                return [reply(tag, .bad, nil, "The initial response is not base64")]
            }
            initial = decoded
        }
        var exchange = SASLServerExchange(mechanism)
        let step = exchange.start(initialResponse: initial)
        return follow(step, exchange, tag)
    }

    private mutating func exchange(_ line: [UInt8]) -> [Action] {
        guard case .exchange(var exchange, let tag) = state else { return [] }
        state = .command
        guard line != [UInt8(ascii: "*")] else { return [reply(tag, .bad, nil, "Authentication cancelled")] }
        guard let response = Base64.decode(line) else { return [reply(tag, .bad, nil, "The response is not base64")] }
        let step = exchange.receive(response)
        return follow(step, exchange, tag)
    }

    private mutating func follow(_ step: SASLServerExchange.Step, _ exchange: SASLServerExchange, _ tag: String) -> [Action] {
        switch step {
        case .challenge(let challenge):
            state = .exchange(exchange, tag: tag)
            reader.expectLine()
            return [.reply(ConditionResponse.continuation(String(decoding: Base64.encode(challenge), as: UTF8.self)))]
        case .credentials(let credentials):
            guard !credentials.actsForAnother else { return loginFailed(tag) }
            state = .checking(tag: tag)
            return [.authenticate(credentials, tag: tag)]
        case .malformed: return loginFailed(tag)
        }
    }

    // MARK: Replies

    private func reply(_ tag: String?, _ condition: ConditionResponse.Condition, _ code: ResponseCode?, _ text: String) -> Action {
        .reply(ConditionResponse(tag: tag, condition, code, text: text).bytes)
    }

    private func privacyRequired(_ tag: String) -> [Action] {
        [reply(tag, .no, .privacyRequired, "Please use TLS to log in")]
    }

    private mutating func loginFailed(_ tag: String) -> [Action] {
        state = .command
        failures += 1
        let refusal = reply(tag, .no, .authenticationFailed, "Authentication failed.")
        return failures < policy.failures ? [refusal] : [refusal, reply(nil, .bye, nil, "Too many failed logins")] + end()
    }

    private mutating func senseless(_ answer: Action) -> [Action] {
        nonsense += 1
        return nonsense < policy.nonsense ? [answer] : [answer, reply(nil, .bye, nil, "Too many invalid commands")] + end()
    }

    private mutating func end() -> [Action] {
        state = .ended
        return [.close]
    }
}
