import AdminAPI
import Glibc

/// What operators see of wrong logins, and forgive.
extension Authenticator {
    /// What `wrongLogins` shows at most.
    private static let shown = 1_000

    /// Wrong logins that are not forgotten yet, the fullest counts first.
    func wrongLogins() -> [WrongLogins] {
        let now = ContinuousClock.now, time = Timestamp(secondsSince1970: Int64(Glibc.time(nil)))
        return throttle.all(now: now).prefix(Self.shown).map { count in
            WrongLogins(
                kind: count.subject.kind, account: count.subject.account, place: count.subject.place, count: Int(count.level.rounded(.up)),
                limit: count.limit,
                lockedUntil: count.fullFor.map { Timestamp(secondsSince1970: time.secondsSince1970 + $0.components.seconds + 1) })
        }
    }

    /// - Returns: how many counts were forgotten.
    func unlock(_ name: LoginSubject) -> Int { counted(under: name).reduce(0) { $0 + throttle.unlock($1) } }

    /// How many `unlock` would forget.
    func counts(of name: LoginSubject) -> Int { counted(under: name).reduce(0) { $0 + throttle.counts(of: $1) } }

    private func counted(under name: LoginSubject) -> [String] {
        guard let address = try? EmailAddress(name.text) else { return Array(Set([name.text, Self.counted(name.text)])) }
        let account = domains.canonical(address).text
        return [account, OwnAccounts.codes(of: account)]
    }

    func report(_ subject: WrongLoginCounts.Subject) {
        var fields = ["kind": subject.kind.rawValue]
        fields["account"] = subject.account
        fields["place"] = subject.place
        journal.warning("logins are locked after too many wrong ones", fields)
    }
}

extension WrongLoginCounts.Subject {
    var kind: WrongLogins.Kind {
        switch self {
        case .familiar: .familiar
        case .stranger: .stranger
        case .address: .address
        case .network: .network
        case .account: .account
        }
    }
}
