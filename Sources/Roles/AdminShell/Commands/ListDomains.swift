import AdminAPI
import ArgumentParser

package struct ListDomains: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "list", abstract: "List the domains.")
    package static let names = LiveNames(options: ["--tenant": .live(.tenants)])
    @Option(help: ArgumentHelp("Only those of this tenant.", valueName: "name"), transform: { try TenantName($0) })
    var tenant: TenantName?
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let domains = try context.client.call(Calls.listDomains, query: ["tenant": tenant?.text])
        return Report(domains, DomainTable.of(domains), .list(ifEmpty: "There are no domains."))
    }
}
