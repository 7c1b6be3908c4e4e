import AdminAPI
import ArgumentParser

package struct ShowGroup: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a group and its members.")
    package static let names = LiveNames(arguments: [.live(.groups)])
    @Argument(help: "The group's address.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let group = try context.client.call(Calls.showGroup, address.text)
        return Report(group, GroupTable.of([group]), .facts)
    }
}
