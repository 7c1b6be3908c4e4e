import AdminAPI
import ArgumentParser

package struct ListForwards: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "list", abstract: "List the users whose mail goes on to others.")
    package static let names = AddressFilter.names
    @OptionGroup var filter: AddressFilter
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let forwards = try context.client.call(Calls.listForwards, query: filter.query)
        return Report(forwards, ForwardTable.of(forwards), .list(ifEmpty: "Nobody's mail goes on to others."))
    }
}
