import AdminAPI
import ArgumentParser

package struct SuspendTenant: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "suspend", abstract: "Suspend a tenant: nobody of it can log in or send; its mail waits at the senders.")
    package static let names = LiveNames(arguments: [.live(.tenants)])
    @Argument(help: "Name of the tenant.", transform: { try TenantName($0) }) var name: TenantName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let tenant = try context.client.call(Calls.suspendTenant, name.text)
        return Report(tenant, TenantTable.of([tenant]), .sentence("Suspended tenant \(tenant.name)."))
    }
}
