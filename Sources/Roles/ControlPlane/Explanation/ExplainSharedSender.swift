import AdminAPI
import MailStore

extension Provisioning {
    /// Why the user may not send as what leads to one address alone; nil: that is no shared mailbox, or one that the caller does not
    /// administer.
    func sharedRefusal(_ only: UserRecord, of address: EmailAddress, _ rule: String) async throws -> Explanation.Step? {
        guard let user = try await users(at: EmailAddress(only.address), shared: true).first else { return nil }
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
        return nil  // it was let in meanwhile
    }
}
