import AdminAPI
import ArgumentParser

package struct DeleteTenant: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a tenant with its domains, users and all their mail.")
    package static let names = LiveNames(arguments: [.live(.tenants)])
    @Argument(help: "Name of the tenant.", transform: { try TenantName($0) }) var name: TenantName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let tenant = try context.client.call(Calls.showTenant, name.text)
        try context.confirm(
            "This deletes tenant \(name) with \(counted(tenant.domains, "domain")), \(counted(tenant.users, "user")) and "
                + "\(counted(tenant.usage.messages, "message")) (\(tenant.usage.bytes)), for ever.", .typing(name.text))
        _ = try context.client.call(Calls.deleteTenant, name.text)
        return Report(Deleted(deleted: name.text), Table(["deleted"], [[.text(name.text)]]), .sentence("Deleted tenant \(name)."))
    }
}
