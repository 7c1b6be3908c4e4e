import AdminAPI
import ArgumentParser

package struct DeleteSharedMailbox: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a shared mailbox with all mail; kept for as long as the plan says.",
        discussion: "It is kept and destroyed as a user is, and `user undelete` brings it back, with its members.")
    package static let names = LiveNames(arguments: [.live(.mailboxes)])
    @Argument(help: "The mailbox's address.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @Flag(help: "Destroy it at once, or what is deleted already and kept.") var now = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let described = try context.described(.user, address.text, now: now) {
            let found = try context.client.call(Calls.showSharedMailbox, address.text)
            return "shared mailbox \(address) with \(counted(found.usage.messages, "message")) (\(found.usage.bytes))"
        }
        try context.confirmDeletion(described, now: now, address.text, .yes)
        let deletion = try context.client.call(Calls.deleteSharedMailbox, address.text, query: ["now": now ? "true" : nil])
        return Report(deletion, of: "shared mailbox", address.text, undelete: "user undelete")
    }
}
