import AdminAPI
import ArgumentParser

package struct ClearVacation: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "clear", abstract: "Have nobody told any more that a user is away.")
    package static let names = LiveNames(arguments: [.live(.addresses)])
    @Argument(help: "The user's address.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        _ = try context.client.call(Calls.clearVacation, address.text)
        return Report(
            Deleted(deleted: address.text), Table(["deleted"], [[.text(address.text)]]),
            .sentence("Cleared the vacation of \(address)."))
    }
}
