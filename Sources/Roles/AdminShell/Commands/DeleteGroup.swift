import AdminAPI
import ArgumentParser

package struct DeleteGroup: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "delete", abstract: "Delete a group; its members stay.")
    package static let names = LiveNames(arguments: [.live(.groups)])
    @Argument(help: "The group's address.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        _ = try context.client.call(Calls.deleteGroup, address.text)
        return Report(Deleted(deleted: address.text), Table(["deleted"], [[.text(address.text)]]), .sentence("Deleted group \(address)."))
    }
}
