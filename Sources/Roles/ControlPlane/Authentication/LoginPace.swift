import AdminAPI

extension Authenticator {
    /// What a login from there would meet before its password is looked at. Nothing is counted.
    /// - Parameter unlocked: as it would be with these counts forgotten.
    func pace(of address: EmailAddress, from client: String, unlocked: [String] = []) -> LoginPace {
        var copy = throttle
        for name in unlocked { _ = copy.unlock(name) }
        return switch copy.admit(address.text, from: ClientOrigin(client), guess: 0, now: .now) {
        case .refuse: .closed
        case .wait: .delayed(.zero)
        case .tryAfter(let delay, let ticket): ticket.isFamiliar && delay == .zero ? .familiar : .delayed(delay)
        }
    }

    /// How a login is received for the wrong ones before it.
    enum LoginPace {
        /// The place has logged in to the account before.
        case familiar
        case delayed(Duration)
        /// Refused untried, right or not.
        case closed
    }
}
