import AdminAPI
import ArgumentParser

package struct ListAdministrators: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "list", abstract: "List the administrators.")
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let found = try context.client.call(Calls.listAdministrators)
        return Report(found, AdministratorTable.of(found), .list(ifEmpty: "There are no administrators beside the users of the machine."))
    }
}
