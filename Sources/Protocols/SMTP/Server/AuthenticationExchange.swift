import SASL

/// What became of a login.
public enum SMTPAuthenticationAnswer: Sendable, Equatable {
    /// The session goes on here, and replies 235.
    case accepted
    /// Another process goes on with this client, and replies to the login: nothing more is said or read here.
    case handedOver
    case refused
    /// Nobody could tell whether the login is right: the client should try again.
    case unavailable
    /// The login is right, and there are as many sessions already as there may be.
    case tooManySessions
    /// The password was right; `reason` says why it does not help.
    case suspended(reason: String)
}

/// The AUTH command's dialogue (RFC 4954 §4).
struct AuthenticationExchange: Sendable {
    private var mechanism: SASLServerExchange
    /// True while the credentials are being checked.
    private(set) var awaitsAnswer = false

    init(_ mechanism: SASLMechanism) { self.mechanism = SASLServerExchange(mechanism) }

    enum Step { case reply(Reply), authenticate(SASLCredentials), failed(Reply) }

    mutating func start(_ response: SMTPCommand.InitialResponse) -> Step {
        switch response {
        case .none: step(mechanism.start(initialResponse: nil))
        case .octets(let octets): step(mechanism.start(initialResponse: octets))
        case .notBase64: .failed(.notBase64)
        }
    }

    mutating func receive(_ line: [UInt8]) -> Step {
        if line == [UInt8(ascii: "*")] { return .failed(.authenticationCancelled) }
        guard let response = Base64.decode(line) else { return .failed(.notBase64) }
        return step(mechanism.receive(response))
    }

    private mutating func step(_ step: SASLServerExchange.Step) -> Step {
        switch step {
        case .challenge(let challenge): return .reply(Reply(334, nil, String(decoding: Base64.encode(challenge), as: UTF8.self)))
        case .credentials(let credentials):
            awaitsAnswer = true
            return .authenticate(credentials)
        case .malformed: return .failed(.authenticationMalformed)
        }
    }
}

extension SMTPSession {
    var offersAuthentication: Bool {
        configuration.door == .submission && !isAuthenticated && (isEncrypted || configuration.allowsPlaintextLogin)
    }

    mutating func startAuthentication(_ mechanism: String, _ response: SMTPCommand.InitialResponse) -> [Action] {
        guard configuration.door == .submission else { return refuse(.notImplemented("AUTH")) }
        // RFC 4954 §4: not twice, and not inside a transaction.
        guard !isAuthenticated, envelope == nil else { return refuse(.badSequence) }
        guard case .ready = state else { return refuse(.greetFirst("EHLO")) }
        guard offersAuthentication else { return refuse(.loginNeedsEncryption) }
        guard let known = SASLMechanism(named: mechanism.utf8), configuration.mechanisms.contains(known) else {
            return refuse(.unknownMechanism)
        }
        var exchange = AuthenticationExchange(known)
        let step = exchange.start(response)
        self.exchange = exchange
        state = .authenticating
        return perform(step)
    }

    mutating func continueAuthentication(_ line: [UInt8]) -> [Action] {
        guard var exchange else { return [] }
        let step = exchange.receive(line)
        self.exchange = exchange
        return perform(step)
    }

    private mutating func perform(_ step: AuthenticationExchange.Step) -> [Action] {
        switch step {
        case .reply(let reply): return [.reply(reply)]
        case .authenticate(let credentials): return [.authenticate(credentials)]
        case .failed(let reply):
            forgetTransaction()
            return refuse(reply)
        }
    }

    mutating func finishAuthentication(_ answer: SMTPAuthenticationAnswer) -> [Action] {
        guard exchange?.awaitsAnswer == true else { return [] }
        forgetTransaction()
        switch answer {
        case .accepted:
            isAuthenticated = true
            return [.reply(.authenticated)]
        case .handedOver:
            state = .closed
            return []
        case .refused: return [.reply(.badCredentials)] + countRefusedLogin()
        case .unavailable: return [.reply(.authenticationUnavailable)]
        case .tooManySessions: return [.reply(.tooManySessions)]
        case .suspended(let reason): return [.reply(.accountSuspended(reason))]
        }
    }
}
