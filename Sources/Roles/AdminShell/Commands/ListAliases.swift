import AdminAPI
import ArgumentParser

package struct ListAliases: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "list", abstract: "List the aliases.")
    package static let names = LiveNames(options: ["--tenant": .live(.tenants), "--domain": .live(.domains)])
    @Option(help: ArgumentHelp("Only those of this tenant.", valueName: "name"), transform: { try TenantName($0) })
    var tenant: TenantName?
    @Option(help: ArgumentHelp("Only those of this domain.", valueName: "domain"), transform: { try DomainName($0) })
    var domain: DomainName?
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let aliases = try context.client.call(Calls.listAliases, query: ["tenant": tenant?.text, "domain": domain?.text])
        return Report(aliases, AliasTable.of(aliases), .list(ifEmpty: "There are no aliases."))
    }
}
