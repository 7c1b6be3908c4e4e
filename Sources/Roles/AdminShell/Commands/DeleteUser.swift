import AdminAPI
import ArgumentParser

package struct DeleteUser: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "delete", abstract: "Delete a user with all mail.")
    package static let names = LiveNames(arguments: [.live(.addresses)])
    @Argument(help: "Address of the user.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let user = try context.client.call(Calls.showUser, address.text)
        try context.confirm(
            "This deletes user \(address) with \(counted(user.usage.messages, "message")) (\(user.usage.bytes)), for ever.", .yes)
        _ = try context.client.call(Calls.deleteUser, address.text)
        return Report(Deleted(deleted: address.text), Table(["deleted"], [[.text(address.text)]]), .sentence("Deleted user \(address)."))
    }
}
