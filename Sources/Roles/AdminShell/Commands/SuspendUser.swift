import AdminAPI
import ArgumentParser

package struct SuspendUser: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "suspend", abstract: "Suspend a user: no login; mail waits at the senders.")
    package static let names = LiveNames(arguments: [.live(.addresses)])
    @Argument(help: "Address of the user.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let user = try context.client.call(Calls.suspendUser, address.text)
        return Report(user, UserTable.of([user]), .sentence("Suspended user \(user.address)."))
    }
}
