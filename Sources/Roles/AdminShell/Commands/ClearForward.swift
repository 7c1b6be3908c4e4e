import AdminAPI
import ArgumentParser

package struct ClearForward: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "clear", abstract: "Have a user's mail go on to nobody any more.")
    package static let names = LiveNames(arguments: [.live(.addresses)])
    @Argument(help: "The user's address.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        _ = try context.client.call(Calls.clearForward, address.text)
        return Report(
            Deleted(deleted: address.text), Table(["deleted"], [[.text(address.text)]]),
            .sentence("Mail of \(address) stays with the user alone."))
    }
}
