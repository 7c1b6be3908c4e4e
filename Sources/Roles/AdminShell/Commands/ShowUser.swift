import AdminAPI
import ArgumentParser

package struct ShowUser: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a user.")
    package static let names = LiveNames(arguments: [.live(.addresses)])
    @Argument(help: "Address of the user.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let user = try context.client.call(Calls.showUser, address.text)
        return Report(user, UserTable.facts(of: user), .facts)
    }
}
