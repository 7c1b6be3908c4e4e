import AdminAPI
import ArgumentParser

package struct ListTenants: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "list", abstract: "List the tenants.")
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let tenants = try context.client.call(Calls.listTenants)
        return Report(tenants, TenantTable.of(tenants), .list(ifEmpty: "There are no tenants."))
    }
}
