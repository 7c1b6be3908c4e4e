import AdminAPI
import ArgumentParser

package struct ShowAlias: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "show", abstract: "Show an alias.")
    package static let names = LiveNames(arguments: [.live(.aliases)])
    @Argument(help: "The alias; @domain stands for all other addresses of a domain.", transform: { try AliasAddress($0) })
    var address: AliasAddress
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let alias = try context.client.call(Calls.showAlias, address.text)
        return Report(alias, AliasTable.of([alias]), .facts)
    }
}
