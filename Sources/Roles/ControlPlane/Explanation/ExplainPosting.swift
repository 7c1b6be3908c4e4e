import AdminAPI
import MailStore

extension Provisioning {
    /// The group's rule, asked of the sender as somebody who logged in, if it is a user's address.
    func posting(from sender: TargetAddress?, to group: ResolvedGroup, in directory: Directory) async throws -> Explanation.Step {
        let rule = "group \(group.address)", says = group.says
        guard group.posting != .anyone else { return .passes(rule, "\(says).") }
        guard let sender else {
            let others = group.isForwardedTo ? "What comes from outside is not forwarded to it" : "Mail from outside is refused"
            return .tells(rule, "\(says). \(others).", change: group.opening)
        }
        guard try await directory.mayPost(try await poster(sender, in: directory), to: group) else {
            return .refuses(rule, "\(says), and \(sender) is none of them.", reply: "550 5.7.2", change: group.opening)
        }
        let others = group.isForwardedTo ? "not forwarded" : "refused"
        return .passes(rule, "\(says), as \(sender) may. The same from outside is \(others), whoever it says that it is from.")
    }

    /// Groups that users forward to, and that the sender may not send to.
    func closedSteps(of targets: ResolvedTargets, from sender: some CustomStringConvertible) -> [Explanation.Step] {
        targets.closed.map { group in
            let rule = "group \(group.address)", says = "A forward leads there. \(group.says), and \(sender) is none of them"
            guard targets.isBarred else { return .tells(rule, "\(says): it is left out.", change: group.opening) }
            return .refuses(rule, "\(says), and nobody else would have the mail.", reply: "550 5.7.2", change: group.opening)
        }
    }

    /// Whose mail it is when it was handed in after a login; nil: nobody's here.
    func poster(_ sender: TargetAddress, in directory: Directory) async throws -> Int64? {
        let own = try await directory.resolve(localPart: sender.localPart, domain: sender.domain.text, forwarding: false)
        guard case .targets(let targets) = own, targets.groups.isEmpty, targets.users.count == 1, targets.external.isEmpty else {
            return nil
        }
        return targets.users.first?.user.id
    }
}

extension ResolvedGroup {
    /// From whom it takes mail.
    fileprivate var says: String {
        let who = switch posting {
        case .anyone: "anybody"
        case .tenant: "users of its tenant"
        case .members: "its members and owners"
        case .owners: "its owners"
        }
        return "Mail is taken from \(who)\(posting == .anyone ? "" : ", when they logged in to send it")"
    }

    fileprivate var opening: String { "group set \(address) --posting anyone" }
}
