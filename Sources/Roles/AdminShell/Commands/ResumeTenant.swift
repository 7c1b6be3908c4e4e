import AdminAPI
import ArgumentParser

package struct ResumeTenant: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "End a tenant's suspension.", discussion: "With --incoming, --outgoing or --login only that.")
    package static let names = LiveNames(arguments: [.live(.tenants)])
    @Argument(help: "Name of the tenant.", transform: { try TenantName($0) }) var name: TenantName
    @OptionGroup var parts: SuspensionParts
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let tenant = try context.client.call(Calls.resumeTenant, name.text, sending: SuspensionChange(what: parts.what))
        let state = tenant.suspended.shown(tenant.suspensionReason)
        return Report(tenant, TenantTable.of([tenant]), .sentence("Tenant \(tenant.name): \(state)."))
    }
}
