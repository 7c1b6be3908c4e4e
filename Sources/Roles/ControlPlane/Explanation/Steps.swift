import AdminAPI

extension Explanation.Step {
    /// With the command that would change it, unless the rule lets it pass.
    func changed(by command: String) -> Self {
        var copy = self
        if verdict != .passes { copy.change = command }
        return copy
    }

    static func passes(_ rule: String, _ says: String) -> Self { Self(rule: rule, verdict: .passes, says: says) }
    static func tells(_ rule: String, _ says: String, change: String? = nil) -> Self {
        Self(rule: rule, verdict: .tells, says: says, change: change)
    }
    static func refuses(_ rule: String, _ says: String, reply: String, change: String?) -> Self {
        Self(rule: rule, verdict: .refuses, says: says, reply: reply, change: change)
    }
    static func defers(_ rule: String, _ says: String, reply: String, change: String?) -> Self {
        Self(rule: rule, verdict: .defers, says: says, reply: reply, change: change)
    }
}
