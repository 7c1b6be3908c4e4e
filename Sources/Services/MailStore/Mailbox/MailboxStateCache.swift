import Runtime

/// Keeps mailboxes' messages in memory after their last session left, least recently used out first, under a budget. What
/// sessions hold is theirs and not counted out.
@EventLoopActor
final class MailboxStateCache {
    private let budget: Int
    /// Most recently used last.
    private var recent: [MailboxState] = []

    init(budget: Int) { self.budget = budget }

    func touch(_ state: MailboxState) {
        if recent.last === state { return }
        recent.removeAll { $0 === state }
        recent.append(state)
        var total = recent.reduce(0) { $0 + $1.memory }
        while total > budget, recent.count > 1 { total -= recent.removeFirst().memory }
        if total > budget { recent = [] }
    }

    var all: [MailboxState] { recent }

    func removeAll() { recent = [] }
}
