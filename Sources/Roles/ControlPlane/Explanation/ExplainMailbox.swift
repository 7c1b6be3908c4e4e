import AdminAPI
import MailStore
import Quantities

/// What the mailboxes of one message say, each after the other, since what one takes fills what others are under too.
struct ExplainedMailboxes {
    struct Answer {
        var steps: [Explanation.Step] = []
        /// It is refused before the message comes, by the size that the sender announces.
        var refusesAtOnce = false
    }

    let size: Int64
    /// What earlier mailboxes of the message took, by level and name.
    fileprivate var taken: [String: (bytes: Int64, messages: Int64)] = [:]

    init(size: Int64) { self.size = size }
}

extension Provisioning {
    /// What the user's plan and the quotas at all levels say.
    func mailbox(
        of user: UserRecord, _ above: WrittenAbove, _ message: inout ExplainedMailboxes
    ) async throws -> ExplainedMailboxes.Answer {
        let address = try EmailAddress(user.address)
        guard try await !users(at: address).isEmpty else {
            let says = "It is of a domain that you do not administer: what its mailbox says is not told here."
            return .init(steps: [.tells("user \(address)", says)])
        }
        var answer = ExplainedMailboxes.Answer(steps: try await plannedSize(for: address, message.size))
        answer.refusesAtOnce = answer.steps.contains { $0.verdict == .refuses }
        let levels = try await quotaReport(.user(address)).levels
        for level in levels {
            let (step, isAtOnce) = quota(level, above, message)
            answer.steps.append(step)
            if isAtOnce { answer.refusesAtOnce = true }
        }
        if answer.steps.allSatisfy({ $0.verdict == .passes || $0.verdict == .tells }) {
            for level in levels {
                let before = message.taken[level.key] ?? (0, 0)
                message.taken[level.key] = (before.bytes + message.size + above.least, before.messages + 1)
            }
        }
        return answer
    }

    /// The limit of the user's plan, if there is one: of the message as its sender handed it in.
    func plannedSize(for address: EmailAddress, _ size: Int64) async throws -> [Explanation.Step] {
        let limit = try await limits(of: .user(address))[.messageSize]
        guard let octets = limit.value.number else { return [] }
        let rule = "message size of \(address)"
        return [
            size <= octets
                ? .passes(rule, "\(ByteCount(size)) of \(ByteCount(octets)) that \(limit.source) allows.")
                : .refuses(
                    rule, "\(ByteCount(size)) are more than the \(ByteCount(octets)) that \(limit.source) allows.", reply: "552 5.3.4",
                    change: "plan override \(address) --message-size SIZE")
        ]
    }

    /// A level takes what does not pass its limit.
    /// - Returns: and whether it refuses before the message comes.
    private func quota(_ level: QuotaStanding, _ above: WrittenAbove, _ message: ExplainedMailboxes) -> (Explanation.Step, isAtOnce: Bool) {
        let rule = "quota of \(level.level.rawValue) \(level.name)"
        let limits = [level.limits.bytes.map { "\($0)" }, level.limits.messages.map { "\($0) messages" }].compactMap(\.self)
        guard !limits.isEmpty else { return (.passes(rule, "It has no quota."), false) }
        let taken = message.taken[level.key] ?? (0, 0)
        func isFull(_ octets: Int64, _ taken: (bytes: Int64, messages: Int64)) -> Bool {
            level.limits.bytes.map { level.usage.bytes.octets + taken.bytes + octets > $0.octets } ?? false
                || level.limits.messages.map { level.usage.messages + taken.messages + 1 > $0 } ?? false
        }
        let others = taken.messages == 0 ? "" : ", and \(taken.messages) of this message's other mailboxes are under it"
        let standing =
            "It holds \(level.usage.bytes) in \(level.usage.messages) messages, of \(limits.joined(separator: " and "))\(others)"
        let change = "quota set \(level.name) --bytes SIZE --messages NUMBER"
        guard isFull(message.size + above.least, taken) else {
            guard isFull(message.size + above.most, taken) else { return (.passes(rule, "\(standing)."), false) }
            let says = "\(standing). Whether the message fits depends on the lines that are written above it on its way here"
            return (.tells(rule, "\(says), \(above.least) to \(above.most) octets.", change: change), false)
        }
        let isAtOnce = isFull(max(1, message.size), (0, 0))
        let withLines = ", with the lines that are written above it, \(above.least) octets or more"
        let says = "\(standing); the message does not fit\(isAtOnce || taken.messages > 0 ? "" : withLines)"
        let step: Explanation.Step =
            facts.defersOverQuota
            ? .defers(rule, "\(says).", reply: "452 4.2.2", change: change)
            : .refuses(rule, "\(says).", reply: "552 5.2.2", change: change)
        return (step, isAtOnce)
    }
}

extension QuotaStanding {
    /// Names the level among all.
    fileprivate var key: String { "\(level.rawValue) \(name)" }
}
