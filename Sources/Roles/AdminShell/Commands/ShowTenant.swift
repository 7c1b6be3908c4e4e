import AdminAPI
import ArgumentParser

package struct ShowTenant: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a tenant.")
    package static let names = LiveNames(arguments: [.live(.tenants)])
    @Argument(help: "Name of the tenant.", transform: { try TenantName($0) }) var name: TenantName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let tenant = try context.client.call(Calls.showTenant, name.text)
        return Report(tenant, TenantTable.of([tenant]), .facts)
    }
}
