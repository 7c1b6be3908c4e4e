import Runtime

/// Room that is kept for a message: while it is on its way, then while it is in the log. It ends in the same step in which
/// usage grows, so that the message is never counted twice.
@EventLoopActor
final class QuotaReservation {
    private enum State { case reserved, logged, ended }

    private let ledger: QuotaLedger
    private let user: Int64
    private let amount: QuotaUsage
    private let spared: QuotaLedger.SparedLevels?
    private var state = State.reserved

    init(ledger: QuotaLedger, user: Int64, amount: QuotaUsage, spared: QuotaLedger.SparedLevels? = nil) {
        self.spared = spared
        self.ledger = ledger
        self.user = user
        self.amount = amount
    }

    /// The message is durable: it counts as stored.
    func markLogged() {
        guard state == .reserved else { return }
        state = .logged
        ledger.change(\.reserved, by: -amount, for: user)
        ledger.change(\.logged, by: amount, for: user)
    }

    /// Gives the room back unless the message is in the log.
    func giveUp() {
        if state == .reserved { end() }
    }

    /// Harmless when it has ended.
    func end() {
        let part: WritableKeyPath<QuotaLedger.Level, QuotaUsage> = state == .logged ? \.logged : \.reserved
        guard state != .ended else { return }
        state = .ended
        ledger.change(part, by: -amount, for: user)
        if let spared { ledger.change(spared, by: amount) }
    }
}
