import AdminAPI
import ArgumentParser

package struct ShowSharedMailbox: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a shared mailbox, who opens it, and with which rights.")
    package static let names = LiveNames(arguments: [.live(.mailboxes)])
    @Argument(help: "The mailbox's address.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let mailbox = try context.client.call(Calls.showSharedMailbox, address.text)
        return Report(mailbox, SharedMailboxTable.of([mailbox]), .facts)
    }
}
