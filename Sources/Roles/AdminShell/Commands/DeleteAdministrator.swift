import AdminAPI
import ArgumentParser

package struct DeleteAdministrator: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "delete", abstract: "Delete an administrator; sessions end.")
    package static let names = LiveNames(arguments: [.live(.administrators)])
    @Argument(help: "Name of the administrator.", transform: { try AdministratorName($0) }) var name: AdministratorName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let found = try context.client.call(Calls.showAdministrator, name.text)
        try context.confirm("This deletes administrator \(name), \(found.role.rawValue).", .yes)
        _ = try context.client.call(Calls.deleteAdministrator, name.text)
        return Report(
            Deleted(deleted: name.text), Table(["deleted"], [[.text(name.text)]]), .sentence("Deleted administrator \(name)."))
    }
}
