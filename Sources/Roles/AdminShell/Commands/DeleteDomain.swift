import AdminAPI
import ArgumentParser

package struct DeleteDomain: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a domain with its users and all their mail; kept for as long as the plan says.",
        discussion: """
            It is out of service within seconds, and kept for as long as the plan's kept-days (or deletedKeptDays) say; with 0 it is \
            destroyed at once, for ever. While it is kept, which `deleted list` shows, `domain undelete` brings it back.
            """)
    package static let names = LiveNames(arguments: [.live(.domains)])
    @Argument(help: "The domain, such as acme.example.", transform: { try DomainName($0) }) var domain: DomainName
    @Flag(help: "Destroy it at once, or what is deleted already and kept.") var now = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let described = try context.described(.domain, domain.text, now: now) {
            let found = try context.client.call(Calls.showDomain, domain.text)
            return "domain \(domain) with \(counted(found.users, "user")) and "
                + "\(counted(found.usage.messages, "message")) (\(found.usage.bytes))"
        }
        try context.confirmDeletion(described, now: now, domain.text, .typing(domain.text))
        let deletion = try context.client.call(Calls.deleteDomain, domain.text, query: ["now": now ? "true" : nil])
        return Report(deletion, of: "domain", domain.text)
    }
}
