import AdminAPI
import ArgumentParser

package struct ListGroups: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the groups, with how many members they have.")
    package static let names = AddressFilter.names
    @OptionGroup var filter: AddressFilter
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let groups = try context.client.call(Calls.listGroups, query: filter.query)
        return Report(groups, GroupTable.of(groups), .list(ifEmpty: "There are no groups."))
    }
}
