import AdminAPI
import ArgumentParser

package struct RevokeOwnAppPassword: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Revoke the password of one of your devices, such as a lost one; your sessions end at once.",
        discussion: """
            With --password-stdin the first line of standard input is your password, the second, if you have such, the one-time password.
            """)
    @Argument(help: "Your address.", transform: { try LoginName($0) }) var address: LoginName
    @Argument(help: "Name of the device.", transform: { try AppPasswordName($0) }) var name: AppPasswordName
    @OptionGroup var own: OwnAccountOptions
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let client = try own.client(in: context)
        let proof = try own.proof(of: address, from: context.console)
        _ = try client.call(Calls.revokeOwnAppPassword, sending: OwnAppPasswordRevocation(proof: proof, name: name))
        return Report(
            Deleted(deleted: name.text), Table(["deleted"], [[.text(name.text)]]), .sentence("Revoked your app password for \(name)."))
    }
}
