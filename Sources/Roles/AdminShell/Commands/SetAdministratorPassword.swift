import AdminAPI
import ArgumentParser

package struct SetAdministratorPassword: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "password", abstract: "Set an administrator's password; sessions end.",
        discussion: "Without --password-stdin or --generate it asks for the password, twice.")
    package static let names = LiveNames(arguments: [.live(.administrators)])
    @Argument(help: "Name of the administrator.", transform: { try AdministratorName($0) }) var name: AdministratorName
    @OptionGroup var password: PasswordOptions
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let choice = try password.input.obtain(for: name.text, from: context.console)
        return try context.client.call(Calls.setAdministratorPassword, name.text, sending: NewPassword(choice))
            .report("Changed the password of administrator \(name).")
    }
}
