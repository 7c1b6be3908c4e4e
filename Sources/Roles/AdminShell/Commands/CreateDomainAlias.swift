import AdminAPI
import ArgumentParser

package struct CreateDomainAlias: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "alias", abstract: "Give a domain a further name.",
        discussion: "Mail comes under both names, and users log in and send with both. `domain dns` prints the records that it needs.")
    package static let names = LiveNames(options: ["--of": .live(.domains)])
    @Argument(help: "The further name.", transform: { try DomainName($0) }) var name: DomainName
    @Option(help: ArgumentHelp("The domain whose name it is.", valueName: "domain"), transform: { try DomainName($0) }) var of: DomainName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let domain = try context.client.call(Calls.createDomainAlias, sending: DomainAlias(name: name, domain: of))
        return Report(domain, DomainTable.of([domain]), .sentence("\(name) is now an alias of the domain \(domain.name)."))
    }
}
