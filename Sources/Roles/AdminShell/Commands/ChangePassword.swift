import AdminAPI
import ArgumentParser

package struct ChangePassword: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "change-password", abstract: "Change the password of your own mail account (with --server).",
        discussion: """
            Your mail programs are logged out, and have to be told the new password. With --password-stdin the first line of standard \
            input is the present password, the second the new one, the third, if you have such, the one-time password.
            """)
    @Argument(help: "Your address.", transform: { try LoginName($0) }) var address: LoginName
    @OptionGroup var own: OwnAccountOptions
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let client = try own.client(in: context)
        let old = try own.password(of: address, from: context.console)
        let input: PasswordInput = own.passwordStdin ? .standardInput : .ask
        let new = try input.obtain(for: address.text, from: context.console)
        let proof = AccountProof(address: address, password: old, oneTimePassword: own.oneTimePassword(from: context.console))
        _ = try client.call(Calls.changePassword, sending: UserPasswordChange(proof: proof, new: new))
        return Report(Nothing(), Table([], []), .sentence("Changed your password; your mail programs need the new one."))
    }
}
