import AdminAPI
import ArgumentParser

package struct AddSharedMembers: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Let users open a shared mailbox, or change their rights in it.",
        discussion: """
            With read they change nothing; with write they put messages there, flag and delete them; with manage they make, rename and \
            delete folders too. Rights that somebody has are replaced, and whether they may send; their sessions end.
            """)
    package static let names = LiveNames(arguments: [.live(.mailboxes)], options: ["--member": .live(.addresses)])
    @Argument(help: "The mailbox's address.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @Option(help: ArgumentHelp("Users of its tenant, parted by commas.", valueName: "addresses")) var member: [String]
    @Option(help: "What they may do in it.") var rights: SharedRights
    @Flag(help: "They may send as the mailbox.") var sends = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let new = NewSharedMembers(try member.userAddresses(), rights: rights, sends: sends)
        let mailbox = try context.client.call(Calls.addSharedMembers, address.text, sending: new)
        return SharedMailboxTable.report(
            mailbox, "The shared mailbox \(mailbox.address) has \(counted(Int64(mailbox.memberCount), "member")) now.")
    }
}
