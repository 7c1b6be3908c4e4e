import AdminAPI
import ArgumentParser

package struct RenewOneTimePassword: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "totp", abstract: "Give an administrator new one-time passwords; the former app's are good no longer.")
    package static let names = LiveNames(arguments: [.live(.administrators)])
    @Argument(help: "Name of the administrator.", transform: { try AdministratorName($0) }) var name: AdministratorName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        try context.client.call(Calls.renewOneTimePassword, name.text).report("Administrator \(name) has new one-time passwords.")
    }
}
