public enum AuthenticationOutcome: Codable, Sendable, Equatable {
    case accepted(AuthenticatedUser)
    /// Wrong password, unknown user, too many wrong logins, a user or tenant suspended without a reason: one answer for all, in similar
    /// time.
    case refused
    /// The password is right, but it opens this service no longer, or never did, and the user is to know why: a sentence.
    case suspended(reason: String)
    /// The control plane could not decide (database away, queue of logins full); the client should try again.
    case unavailable
}

public struct AuthenticatedUser: Codable, Sendable, Equatable {
    public var tenant: Int64
    public var user: Int64
    /// The user's primary address.
    public var address: String
    /// The name of the app password that proved it; nil: the user's own password.
    public var appPassword: String?
    /// What the password is good for.
    public var services = ClientServices.all

    public init(tenant: Int64, user: Int64, address: String) {
        self.tenant = tenant
        self.user = user
        self.address = address
    }
}
