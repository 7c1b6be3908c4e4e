import AdminAPI
import ArgumentParser

package struct RemoveSharedMembers: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Let users open a shared mailbox no more; their sessions end.")
    package static let names = LiveNames(arguments: [.live(.mailboxes)], options: ["--member": .live(.addresses)])
    @Argument(help: "The mailbox's address.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @Option(help: ArgumentHelp("Their addresses, parted by commas.", valueName: "addresses")) var member: [String]
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let gone = GoneSharedMembers(try member.userAddresses())
        let mailbox = try context.client.call(Calls.removeSharedMembers, address.text, sending: gone)
        return SharedMailboxTable.report(
            mailbox, "The shared mailbox \(mailbox.address) has \(counted(Int64(mailbox.memberCount), "member")) now.")
    }
}
