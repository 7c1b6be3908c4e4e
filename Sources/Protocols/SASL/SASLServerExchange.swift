/// The server's side of one SASL exchange. The protocol around it carries challenges and responses, usually in base 64.
public struct SASLServerExchange: Sendable {
    public enum Step: Sendable, Equatable {
        /// Send this (before base 64) and wait for the response.
        case challenge([UInt8])
        /// All is said; whether it is true is for others to find out.
        case credentials(SASLCredentials)
        /// The response is none of this mechanism.
        case malformed
    }

    private enum State { case start, plain, userName, password(String), ended }
    private let mechanism: SASLMechanism
    private var state = State.start

    public init(_ mechanism: SASLMechanism) { self.mechanism = mechanism }

    /// - Parameter initialResponse: nil when the client sent none; empty when it sent an empty one.
    public mutating func start(initialResponse: [UInt8]?) -> Step {
        switch mechanism {
        case .plain:
            state = .plain
            return initialResponse.map { receive($0) } ?? .challenge([])
        case .login:
            state = .userName
            // The draft knows no initial response; clients that send one mean the name. The prompts are what clients have come
            // to expect rather than the draft's.
            return initialResponse.map { receive($0) } ?? .challenge(Array("Username:".utf8))
        }
    }

    public mutating func receive(_ response: [UInt8]) -> Step {
        switch state {
        case .plain:
            state = .ended
            return SASLCredentials(plain: response).map { .credentials($0) } ?? .malformed
        case .userName:
            guard let name = Self.loginText(response) else { return end() }
            state = .password(name)
            return .challenge(Array("Password:".utf8))
        case .password(let name):
            state = .ended
            guard let password = Self.loginText(response) else { return .malformed }
            return .credentials(SASLCredentials(authentication: name, password: password))
        case .start, .ended: return end()
        }
    }

    private mutating func end() -> Step {
        state = .ended
        return .malformed
    }

    /// A name or a password of LOGIN: some clients end it with the NUL that the draft's prompts end with.
    private static func loginText(_ response: [UInt8]) -> String? {
        let text = response.last == 0 ? response.dropLast() : response[...]
        guard !text.isEmpty, text.count <= SASLCredentials.partLimit, !text.contains(0) else { return nil }
        return String(validating: text, as: UTF8.self)
    }
}
