import AdminAPI
import ArgumentParser

package struct ResumeAdministrator: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let a suspended administrator log in again.")
    package static let names = LiveNames(arguments: [.live(.administrators)])
    @Argument(help: "Name of the administrator.", transform: { try AdministratorName($0) }) var name: AdministratorName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let found = try context.client.call(Calls.resumeAdministrator, name.text)
        return Report(found, AdministratorTable.of([found]), .sentence("Administrator \(name) may log in again."))
    }
}
