import AdminAPI
import ArgumentParser

package struct ListAliases: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "list", abstract: "List the aliases.")
    package static let names = AddressFilter.names
    @OptionGroup var filter: AddressFilter
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let aliases = try context.client.call(Calls.listAliases, query: filter.query)
        return Report(aliases, AliasTable.of(aliases), .list(ifEmpty: "There are no aliases."))
    }
}
