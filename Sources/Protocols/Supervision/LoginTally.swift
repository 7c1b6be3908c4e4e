/// Logins of one day that differ in nothing but their moments.
public struct LoginTally: Codable, Sendable, Equatable {
    public var kind: Kind
    /// Seconds since 1970, both of the kind's day.
    public var first: Int64, last: Int64
    public var logins: Int64

    public struct Kind: Codable, Sendable, Hashable {
        public var tenant: Int64, user: Int64
        public var service: ClientService
        /// The client's address in text.
        public var client: String
        /// The name of the app password; nil: the user's own password.
        public var appPassword: String?
        /// Of UTC, counted from 1970-01-01.
        public var day: Int64

        public init(_ user: AuthenticatedUser, _ service: ClientService, from client: String, day: Int64) {
            (tenant, self.user, appPassword) = (user.tenant, user.user, user.appPassword)
            (self.service, self.client, self.day) = (service, client, day)
        }
    }

    public init(kind: Kind, first: Int64, last: Int64, logins: Int64) {
        (self.kind, self.first, self.last, self.logins) = (kind, first, last, logins)
    }

    /// One login.
    /// - Parameter moment: in seconds since 1970.
    public init(_ user: AuthenticatedUser, _ service: ClientService, from client: String, at moment: Int64) {
        self.init(kind: Kind(user, service, from: client, day: Self.day(of: moment)), first: moment, last: moment, logins: 1)
    }

    /// - Parameter moment: in seconds since 1970.
    public static func day(of moment: Int64) -> Int64 { moment / 86_400 }
}

/// Counts logins until they are told, or written.
public struct LoginTallies: Sendable {
    private var tallies: [LoginTally.Kind: LoginTally] = [:]

    public init() {}

    /// How many kinds there are.
    public var count: Int { tallies.count }

    public func contains(_ kind: LoginTally.Kind) -> Bool { tallies[kind] != nil }

    public mutating func add(_ tally: LoginTally) {
        guard let known = tallies[tally.kind] else {
            tallies[tally.kind] = tally
            return
        }
        tallies[tally.kind] = LoginTally(
            kind: tally.kind, first: min(known.first, tally.first), last: max(known.last, tally.last), logins: known.logins + tally.logins)
    }

    /// Some of them, which are here no longer.
    public mutating func take(atMost limit: Int) -> [LoginTally] {
        let taken = Array(tallies.values.prefix(limit))
        if taken.count == tallies.count { tallies = [:] } else { for tally in taken { tallies[tally.kind] = nil } }
        return taken
    }
}
