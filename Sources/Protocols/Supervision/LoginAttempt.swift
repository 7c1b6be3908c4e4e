/// A login as a client presented it. `description` never shows the password.
public struct LoginAttempt: Codable, Sendable, Equatable, CustomStringConvertible {
    public var login: String
    public var password: String
    public var service: ClientService
    /// The client's address in text, for the log and for back-off.
    public var clientAddress: String

    public init(login: String, password: String, service: ClientService, clientAddress: String) {
        self.login = login
        self.password = password
        self.service = service
        self.clientAddress = clientAddress
    }

    public var description: String { "\(service) login of \(login) from \(clientAddress)" }
}
