import AdminAPI
import ArgumentParser

package struct DeleteDomain: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a domain with its users and all their mail.")
    package static let names = LiveNames(arguments: [.live(.domains)])
    @Argument(help: "The domain, such as acme.example.", transform: { try DomainName($0) }) var domain: DomainName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let found = try context.client.call(Calls.showDomain, domain.text)
        try context.confirm(
            "This deletes domain \(domain) with \(counted(found.users, "user")) and \(counted(found.usage.messages, "message")) "
                + "(\(found.usage.bytes)), for ever.", .typing(domain.text))
        _ = try context.client.call(Calls.deleteDomain, domain.text)
        return Report(Deleted(deleted: domain.text), Table(["deleted"], [[.text(domain.text)]]), .sentence("Deleted domain \(domain)."))
    }
}
