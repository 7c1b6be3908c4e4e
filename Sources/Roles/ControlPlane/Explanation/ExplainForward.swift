import AdminAPI
import MailStore

extension Provisioning {
    /// Where users on the way have their mail sent on to.
    func forwardSteps(_ forwards: [ResolvedForward], limit: Int) async throws -> [Explanation.Step] {
        var steps: [Explanation.Step] = []
        for forward in forwards.prefix(limit) { steps.append(try await step(forward)) }
        if forwards.count > limit {
            steps.append(.tells("forwards", "Of \(forwards.count) the first \(limit) are looked at here."))
        }
        return steps
    }

    private func step(_ forward: ResolvedForward) async throws -> Explanation.Step {
        let address = try EmailAddress(forward.user.address), rule = "forward of \(address)"
        guard try await !users(at: address).isEmpty else {
            return .tells(rule, "It is of a domain that you do not administer: where its mail goes on to is not told here.")
        }
        let places = forward.targets.joined(separator: ", "), change = "forward clear \(address)"
        guard !forward.isBarred else {
            let copy = forward.keepsCopy ? "a copy stays with the user" : "it stays with the user if anybody else has it"
            let says = "Its mail would go on to \(places), where a group does not take it from this sender; \(copy)."
            return .tells(rule, says, change: change)
        }
        guard !forward.leadsNowhere else {
            return .tells(
                rule, "Its mail would go on to \(places), where nobody else is found, and so stays with the user.", change: change)
        }
        let copy = forward.keepsCopy ? "and a copy stays with the user" : "and no copy stays"
        return .tells(rule, "Its mail goes on to \(places), \(copy).", change: change)
    }
}
