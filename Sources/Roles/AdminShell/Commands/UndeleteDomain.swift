import AdminAPI
import ArgumentParser

package struct UndeleteDomain: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "undelete", abstract: "Bring a deleted domain back, with its users and aliases as they were.")
    package static let names = LiveNames(arguments: [.live(.deletedDomains)])
    @Argument(help: "The domain, such as acme.example.", transform: { try DomainName($0) }) var domain: DomainName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let back = try context.client.call(Calls.undeleteDomain, domain.text)
        return Report(back, DomainTable.of([back]), .sentence("Domain \(back.name) is back, with \(counted(back.users, "user"))."))
    }
}
