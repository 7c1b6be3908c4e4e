import Runtime

/// Room that is kept for messages until they are committed or given up. It ends in the same step in which usage grows, so
/// that the messages are never counted twice.
@EventLoopActor
final class QuotaReservation {
    private let ledger: QuotaLedger
    private let user: Int64
    private let domain: Int64
    private let amount: QuotaUsage
    private var isOpen = true

    init(ledger: QuotaLedger, user: Int64, domain: Int64, amount: QuotaUsage) {
        self.ledger = ledger
        self.user = user
        self.domain = domain
        self.amount = amount
    }

    /// Harmless when it has ended.
    func end() {
        guard isOpen else { return }
        isOpen = false
        ledger.giveBack(amount, user: user, domain: domain)
    }
}
