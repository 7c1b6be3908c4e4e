import AdminAPI
import ArgumentParser

package struct ShowDomain: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a domain.")
    package static let names = LiveNames(arguments: [.live(.domains)])
    @Argument(help: "The domain, such as acme.example.", transform: { try DomainName($0) }) var domain: DomainName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let found = try context.client.call(Calls.showDomain, domain.text)
        return Report(found, DomainTable.of([found]), .facts)
    }
}
