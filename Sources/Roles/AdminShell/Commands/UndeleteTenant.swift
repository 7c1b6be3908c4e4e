import AdminAPI
import ArgumentParser

package struct UndeleteTenant: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "undelete", abstract: "Bring a deleted tenant back, with all that was deleted with it.")
    package static let names = LiveNames(arguments: [.live(.deletedTenants)])
    @Argument(help: "Name of the tenant.", transform: { try TenantName($0) }) var name: TenantName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let back = try context.client.call(Calls.undeleteTenant, name.text)
        return Report(back, TenantTable.of([back]), .sentence("Tenant \(back.name) is back, with \(counted(back.users, "user"))."))
    }
}
