import AdminAPI
import ArgumentParser

package struct SuspendAdministrator: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "suspend", abstract: "Suspend an administrator: no login, and sessions end.")
    package static let names = LiveNames(arguments: [.live(.administrators)])
    @Argument(help: "Name of the administrator.", transform: { try AdministratorName($0) }) var name: AdministratorName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let found = try context.client.call(Calls.suspendAdministrator, name.text)
        return Report(found, AdministratorTable.of([found]), .sentence("Suspended administrator \(name)."))
    }
}
