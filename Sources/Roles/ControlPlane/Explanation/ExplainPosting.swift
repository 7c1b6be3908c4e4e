import AdminAPI
import MailStore
import Runtime

extension Provisioning {
    /// The group's rule, asked of the sender as somebody who logged in, if it is a user's address.
    func posting(from sender: TargetAddress?, to group: ResolvedGroup, in directory: ExplainedDirectory) async throws -> Explanation.Step {
        let shown = ShownGroup(group, in: directory), rule = shown.rule, says = shown.says
        guard group.posting != .anyone else { return .passes(rule, "\(says).") }
        guard let sender else {
            let others = group.isForwardedTo ? "What comes from outside is not forwarded to it" : "Mail from outside is refused"
            return .tells(rule, "\(says). \(others).", change: shown.opening)
        }
        guard try await !directory.hides(sender) else {
            return .tells(rule, "\(says). Whether \(sender) is one of them, of a domain that you do not administer, is not told here.")
        }
        guard try await directory.whole.mayPost(try await directory.poster(sender), to: group) else {
            return .refuses(rule, "\(says), and \(sender) is none of them.", reply: "550 5.7.2", change: shown.opening)
        }
        let others = group.isForwardedTo ? "not forwarded" : "refused"
        return .passes(rule, "\(says), as \(sender) may. The same from outside is \(others), whoever it says that it is from.")
    }

    /// Groups that users forward to, and that the sender may not send to. That a forward leads to one of another domain than the caller
    /// administers is not told, unless the mail is refused for it.
    func closedSteps(
        of targets: ResolvedTargets, from sender: some CustomStringConvertible, in directory: ExplainedDirectory
    ) -> [Explanation.Step] {
        targets.closed.compactMap { group in
            let shown = ShownGroup(group, in: directory)
            guard shown.isShown else {
                return targets.isBarred ? .refuses(shown.rule, "It takes no mail from \(sender).", reply: "550 5.7.2", change: nil) : nil
            }
            let says = "A forward leads there. \(shown.says), and \(sender) is none of them"
            guard targets.isBarred else { return .tells(shown.rule, "\(says): it is left out.", change: shown.opening) }
            return .refuses(shown.rule, "\(says), and nobody else would have the mail.", reply: "550 5.7.2", change: shown.opening)
        }
    }
}

/// A group, as far as the caller administers it.
@EventLoopActor
private struct ShownGroup {
    let isShown: Bool
    let rule: String
    /// From whom it takes mail.
    let says: String
    /// The command that lets everybody in.
    let opening: String?

    init(_ group: ResolvedGroup, in directory: ExplainedDirectory) {
        isShown = directory.shows(group.address)
        rule = isShown ? "group \(group.address)" : "group of another domain"
        opening = isShown ? "group set \(group.address) --posting anyone" : nil
        let who =
            switch group.posting {
            case .anyone: "anybody"
            case _ where !isShown: "some"
            case .tenant: "users of its tenant"
            case .members: "its members and owners"
            case .owners: "its owners"
            }
        says = "Mail is taken from \(who)\(group.posting == .anyone ? "" : ", when they logged in to send it")"
    }
}
