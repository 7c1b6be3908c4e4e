import AdminAPI
import ArgumentParser

package struct ShowForward: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "show", abstract: "Show where a user's mail goes on to.")
    package static let names = LiveNames(arguments: [.live(.addresses)])
    @Argument(help: "The user's address.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let forward = try context.client.call(Calls.showForward, address.text)
        return Report(forward, ForwardTable.of([forward]), .facts)
    }
}
