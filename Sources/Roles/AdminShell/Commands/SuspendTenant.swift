import AdminAPI
import ArgumentParser

package struct SuspendTenant: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "suspend", abstract: "Suspend a tenant: nobody of it can log in or send; its mail waits at the senders.",
        discussion: "With --incoming, --outgoing or --login only that. What is suspended already stays so.")
    package static let names = LiveNames(arguments: [.live(.tenants)])
    @Argument(help: "Name of the tenant.", transform: { try TenantName($0) }) var name: TenantName
    @OptionGroup var suspension: SuspensionOptions
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let tenant = try context.client.call(Calls.suspendTenant, name.text, sending: suspension.change)
        let state = tenant.suspended.shown(tenant.suspensionReason)
        let sentence = "Tenant \(tenant.name): \(state).\(suspension.said(tenant.suspensionReason))"
        return Report(tenant, TenantTable.of([tenant]), .sentence(sentence))
    }
}
