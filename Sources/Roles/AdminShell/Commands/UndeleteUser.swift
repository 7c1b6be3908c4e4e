import AdminAPI
import ArgumentParser

package struct UndeleteUser: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "undelete", abstract: "Bring a deleted user back, with mail and passwords as they were.",
        discussion: "Of several who had the address, the one that was deleted last. `deleted list` shows who is kept.")
    package static let names = LiveNames(arguments: [.live(.deletedAddresses)], options: ["--as": .newAddress])
    @Argument(help: "Address that the user had.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @Option(
        help: ArgumentHelp("Another address, where somebody else has the old one now.", valueName: "address"),
        transform: { try EmailAddress($0) })
    var `as`: EmailAddress?
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let user = try context.client.call(Calls.undeleteUser, address.text, sending: UserUndeletion(address: `as`))
        let stays = user.address == address ? "" : " Aliases, groups and forwards that led to \(address) lead there still."
        return Report(user, UserTable.of([user]), .sentence("\(user.kind) \(user.address) is back.\(stays)"))
    }
}
