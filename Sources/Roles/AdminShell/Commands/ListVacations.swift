import AdminAPI
import ArgumentParser

package struct ListVacations: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "list", abstract: "List the users whose vacation is set.")
    package static let names = AddressFilter.names
    @OptionGroup var filter: AddressFilter
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let vacations = try context.client.call(Calls.listVacations, query: filter.query)
        return Report(vacations, VacationTable.of(vacations, withText: false), .list(ifEmpty: "Nobody's vacation is set."))
    }
}
