import AdminAPI
import ArgumentParser

package struct ListUsers: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "list", abstract: "List the users.")
    package static let names = AddressFilter.names
    @OptionGroup var filter: AddressFilter
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let users = try context.client.call(Calls.listUsers, query: filter.query)
        return Report(users, UserTable.of(users), .list(ifEmpty: "There are no users."))
    }
}
