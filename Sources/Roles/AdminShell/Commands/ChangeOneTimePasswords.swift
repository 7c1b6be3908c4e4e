import AdminAPI
import ArgumentParser

package struct ChangeOneTimePasswords: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "totp", abstract: "Give a user one-time passwords; mail programs then need app passwords.",
        discussion: """
            Prints the secret, once, as an address that authenticator apps take; a former app's one-time passwords are good no longer. No \
            mail protocol asks for them, so the password alone opens none any more. The user needs them with `user change-password` and \
            `self app-password`.
            """)
    package static let names = LiveNames(arguments: [.live(.addresses)])
    @Argument(help: "Address of the user.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @Flag(help: "Take them away: the password opens mail protocols again.") var off = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        if off {
            let user = try context.client.call(Calls.disableOneTimePasswords, address.text)
            return Report(user, UserTable.facts(of: user), .sentence("\(address) has no one-time passwords any more."))
        }
        let made = try context.client.call(Calls.enableOneTimePasswords, address.text)
        return Report(
            made, Table(["address", "one-time passwords"], [[.text(address.text), .text(made.oneTimePassword)]]),
            .sentence(
                """
                \(address) has one-time passwords now; mail programs need app passwords.
                One-time passwords: \(made.oneTimePassword)
                This is not shown again; pass it on now.
                """))
    }
}
