import AdminAPI
import ArgumentParser

package struct DeleteGroup: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a group; kept for as long as the plan says. Its members stay.",
        discussion: KeptAddress.discussion("group"))
    package static let names = LiveNames(arguments: [.live(.groups)])
    @Argument(help: "The group's address.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @Flag(help: "Destroy it at once, or what is deleted already and kept.") var now = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        if now {
            let described = try context.described(.group, address.text, now: true) {
                let found = try context.client.call(Calls.showGroup, address.text)
                return "group \(address) with \(counted(found.memberCount, "member"))"
            }
            try context.confirmDeletion(described, now: true, address.text, .yes)
        }
        let deletion = try context.client.call(Calls.deleteGroup, address.text, query: ["now": now ? "true" : nil])
        return Report(deletion, of: "group", address.text)
    }
}
