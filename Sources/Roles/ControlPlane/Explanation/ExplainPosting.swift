import AdminAPI
import MailStore

extension Provisioning {
    /// The group's rule, asked of the sender as somebody who logged in, if it is a user's address.
    func posting(from sender: TargetAddress?, to group: ResolvedGroup, in directory: ExplainedDirectory) async throws -> Explanation.Step {
        let isShown = directory.shows(group.address), rule = isShown ? "group \(group.address)" : "group of another domain"
        let who = switch group.posting {
        case .anyone: "anybody"
        case _ where !isShown: "some"
        case .tenant: "users of its tenant"
        case .members: "its members and owners"
        case .owners: "its owners"
        }
        let says = "Mail is taken from \(who)\(group.posting == .anyone ? "" : ", when they logged in to send it")"
        let change = isShown ? "group set \(group.address) --posting anyone" : nil
        guard group.posting != .anyone else { return .passes(rule, "\(says).") }
        guard let sender else { return .tells(rule, "\(says). Mail from outside is refused.", change: change) }
        guard try await !directory.hides(sender) else {
            return .tells(rule, "\(says). Whether \(sender) is one of them, of a domain that you do not administer, is not told here.")
        }
        var poster: Int64?
        let own = try await directory.whole.resolve(localPart: sender.localPart, domain: sender.domain.text, forwarding: false)
        if case .targets(let targets) = own, targets.groups.isEmpty, targets.users.count == 1, targets.external.isEmpty
        {
            poster = targets.users.first?.user.id
        }
        guard try await directory.whole.mayPost(poster, to: group) else {
            return .refuses(rule, "\(says), and \(sender) is none of them.", reply: "550 5.7.2", change: change)
        }
        return .passes(rule, "\(says), as \(sender) may. The same from outside is refused, whoever it says that it is from.")
    }
}
