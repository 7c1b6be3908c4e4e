import AdminAPI
import ArgumentParser

package struct DeleteTenant: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a tenant with its domains, users and all their mail; kept for as long as the plan says.",
        discussion: """
            It is out of service within seconds, and kept for as long as the plan's kept-days (or deletedKeptDays) say; with 0 it is \
            destroyed at once, for ever. While it is kept, which `deleted list` shows, `tenant undelete` brings it back.
            """)
    package static let names = LiveNames(arguments: [.live(.tenants)])
    @Argument(help: "Name of the tenant.", transform: { try TenantName($0) }) var name: TenantName
    @Flag(help: "Destroy it at once, or what is deleted already and kept.") var now = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let described = try context.described(.tenant, name.text, now: now) {
            let found = try context.client.call(Calls.showTenant, name.text)
            return "tenant \(name) with \(counted(found.domains, "domain")), \(counted(found.users, "user")) and "
                + "\(counted(found.usage.messages, "message")) (\(found.usage.bytes))"
        }
        try context.confirmDeletion(described, now: now, name.text, .typing(name.text))
        let deletion = try context.client.call(Calls.deleteTenant, name.text, query: ["now": now ? "true" : nil])
        return Report(deletion, of: "tenant", name.text)
    }
}
