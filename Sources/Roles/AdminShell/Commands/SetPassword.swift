import AdminAPI
import ArgumentParser

package struct SetPassword: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "password", abstract: "Set a user's password.",
        discussion: "Without --password-stdin, --generate or a hash it asks for the password, twice.")
    package static let names = LiveNames(arguments: [.live(.addresses)])
    @Argument(help: "Address of the user.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @OptionGroup var password: UserPasswordOptions
    @OptionGroup var demand: PasswordDemandOptions
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let choice = try password.input.obtain(for: address.text, from: context.console)
        let changed = try context.client.call(Calls.setPassword, address.text, sending: NewPassword(choice, mustChange: demand.demand))
        let shown = changed.generatedPassword.map { "\nPassword: \($0)\nIt is not kept anywhere in readable form; pass it on now." } ?? ""
        return Report(
            changed, CreatedUserTable.of(changed.address, changed.generatedPassword),
            .sentence("Changed the password of \(changed.address).\(shown)"))
    }
}
