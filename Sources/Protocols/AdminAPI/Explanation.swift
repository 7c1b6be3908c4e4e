/// What the platform's rules say of a message or a login, one after the other, without it having happened.
public struct Explanation: Codable, Sendable, Hashable {
    /// In the order in which the rules are asked.
    public var steps: [Step]
    /// What comes of it, as a sentence.
    public var outcome: String
    /// The place in `steps` of the rule that decides; nil when all let it pass.
    public var deciding: Int?

    public struct Step: Codable, Sendable, Hashable {
        /// What was asked, such as `quota of ann@acme.example`.
        public var rule: String
        public var verdict: Verdict
        /// A sentence.
        public var says: String
        /// The protocol's answer when the rule does not let it pass.
        public var reply: String?
        /// The command that would change it.
        public var change: String?

        public init(rule: String, verdict: Verdict, says: String, reply: String? = nil, change: String? = nil) {
            (self.rule, self.verdict, self.says, self.reply, self.change) = (rule, verdict, says, reply, change)
        }
    }

    public enum Verdict: String, Codable, Sendable {
        case passes
        /// For the moment: the sender or the client tries again.
        case defers
        case refuses
        /// It decides nothing, but is worth knowing.
        case tells
    }

    /// - Parameters:
    ///   - outcome: when all rules let it pass.
    ///   - several: from where on the steps are of several mailboxes, whose message waits as a whole while one of them can take it later.
    public init(_ steps: [Step], otherwise outcome: String, severalFrom several: Int? = nil) {
        self.steps = steps
        let first = steps.firstIndex { $0.verdict == .defers || $0.verdict == .refuses }
        let waiting = several.flatMap { several in steps[several...].firstIndex { $0.verdict == .defers } }
        deciding = if let first, let several, first >= several { waiting ?? first } else { first }
        self.outcome =
            if let deciding {
                "It would be \(steps[deciding].verdict == .defers ? "put off" : "refused")\(steps[deciding].reply.map { ": \($0)" } ?? "")."
            } else {
                outcome
            }
    }
}
