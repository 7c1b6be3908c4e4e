import AdminAPI
import ArgumentParser

package struct ExportTenant: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a tenant as a file for `apply`, on standard output.",
        discussion: "Everything that can be applied is in it, but passwords: applying it leaves them as they are.")
    package static let names = LiveNames(arguments: [.live(.tenants)])
    @Argument(help: "Name of the tenant.", transform: { try TenantName($0) }) var name: TenantName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let tenant = try context.client.call(Calls.exportState, name.text)
        return Report(tenant, Table(["tenant"], [[.text(name.text)]]), .sentence(StateText.of(tenant)))
    }
}
