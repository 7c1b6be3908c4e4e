import AdminAPI
import ArgumentParser

package struct DeleteAlias: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "delete", abstract: "Delete an alias.")
    package static let names = LiveNames(arguments: [.live(.aliases)])
    @Argument(help: "The alias; @domain stands for all other addresses of a domain.", transform: { try AliasAddress($0) })
    var address: AliasAddress
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        _ = try context.client.call(Calls.deleteAlias, address.text)
        return Report(Deleted(deleted: address.text), Table(["deleted"], [[.text(address.text)]]), .sentence("Deleted alias \(address)."))
    }
}
