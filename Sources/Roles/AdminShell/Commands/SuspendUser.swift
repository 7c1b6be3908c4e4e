import AdminAPI
import ArgumentParser

package struct SuspendUser: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "suspend", abstract: "Suspend a user: no login, no sending; mail waits at the senders.",
        discussion: "With --incoming, --outgoing or --login only that. What is suspended already stays so.")
    package static let names = LiveNames(arguments: [.live(.addresses)])
    @Argument(help: "Address of the user.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @OptionGroup var suspension: SuspensionOptions
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let user = try context.client.call(Calls.suspendUser, address.text, sending: suspension.change)
        let state = user.suspended.shown(user.suspensionReason)
        let sentence = "\(user.kind) \(user.address): \(state).\(suspension.said(user.suspensionReason))"
        return Report(user, UserTable.of([user]), .sentence(sentence))
    }
}
