import AdminAPI
import ArgumentParser

package struct DeleteAppPassword: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Revoke an app password; the user's sessions end at once.")
    package static let names = LiveNames(arguments: [.live(.addresses), .within(.appPasswords)])
    @Argument(help: "Address of the user.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @Argument(help: "Name of the device.", transform: { try AppPasswordName($0) }) var name: AppPasswordName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        _ = try context.client.call(Calls.deleteAppPassword, address.text, name.text)
        return Report(
            Deleted(deleted: name.text), Table(["deleted"], [[.text(name.text)]]),
            .sentence("Revoked the app password of \(address) for \(name)."))
    }
}
