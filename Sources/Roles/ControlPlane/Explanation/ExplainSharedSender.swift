import AdminAPI
import Postgres

extension Provisioning {
    /// Whether a user may send as a shared mailbox; nil: the sender is none.
    func sharedIdentity(
        _ author: TargetAddress, of address: EmailAddress, _ rule: String
    ) async throws -> Explanation.Step? {
        guard let user = try await sharedMailbox(sending: author) else { return nil }
        let name = user.address, members = try await sharedMailbox(name).members ?? []
        func refused(_ says: String, change: String) -> Explanation.Step {
            .refuses(rule, says, reply: "550 5.7.1", change: change)
        }
        guard let member = members.first(where: { $0.address == address }) else {
            return refused(
                "It is a shared mailbox, and \(address) has no access to it.",
                change: "mailbox add \(name) --member \(address) --rights write --sends")
        }
        guard member.sends else {
            return refused(
                "It is a shared mailbox that \(address) opens, and does not send as.",
                change: "mailbox add \(name) --member \(address) --rights \(member.rights.rawValue) --sends")
        }
        for (what, option) in [(Suspendable.login, "--login"), (.outgoing, "--outgoing")] where user.suspended.contains(what) {
            return refused("It is a shared mailbox, which is suspended.", change: "user resume \(name) \(option)")
        }
        return .passes(rule, "It is a shared mailbox that \(address) may send as.")
    }

    /// A shared mailbox by its address, or by one with a `+detail`.
    private func sharedMailbox(sending author: TargetAddress) async throws -> User? {
        let base = String(author.localPart.prefix { $0 != "+" })
        for local in Set([author.localPart, base]).sorted(by: { $0.count > $1.count }) {
            guard let address = try? EmailAddress("\(local)@\(author.domain)") else { continue }
            if let user = try await users(at: domains.canonical(address), shared: true).first { return user }
        }
        return nil
    }
}
