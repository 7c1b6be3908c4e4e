import AdminAPI
import ArgumentParser

package struct DeleteUser: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a user with all mail; kept for as long as the plan says.",
        discussion: """
            It is out of service within seconds, and kept for as long as the plan's kept-days (or deletedKeptDays) say; with 0 it is \
            destroyed at once, for ever. While it is kept, which `deleted list` shows, `user undelete` brings it back.
            """)
    package static let names = LiveNames(arguments: [.live(.addresses)])
    @Argument(help: "Address of the user.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @Flag(help: "Destroy it at once, or what is deleted already and kept.") var now = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let described = try context.described(.user, address.text, now: now) {
            let found = try context.client.call(Calls.showUser, address.text)
            return "user \(address) with \(counted(found.usage.messages, "message")) (\(found.usage.bytes))"
        }
        try context.confirmDeletion(described, now: now, address.text, .yes)
        let deletion = try context.client.call(Calls.deleteUser, address.text, query: ["now": now ? "true" : nil])
        return Report(deletion, of: "user", address.text)
    }
}
