import AdminAPI
import ArgumentParser

package struct ListOwnAppPasswords: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "app-passwords", abstract: "List the passwords of your devices, and when and from where each was used last.",
        discussion: """
            With --password-stdin the first line of standard input is your password, the second, if you have such, the one-time password.
            """)
    @Argument(help: "Your address.", transform: { try LoginName($0) }) var address: LoginName
    @OptionGroup var own: OwnAccountOptions
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let client = try own.client(in: context)
        let proof = try own.proof(of: address, from: context.console)
        return ListAppPasswords.report(try client.call(Calls.listOwnAppPasswords, sending: proof), of: address.text)
    }
}
