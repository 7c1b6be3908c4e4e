import AdminAPI
import ArgumentParser

package struct ListDomains: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "list", abstract: "List the domains.")
    package static let names = TenantFilter.names
    @OptionGroup var filter: TenantFilter
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let domains = try context.client.call(Calls.listDomains, query: filter.query)
        return Report(domains, DomainTable.of(domains), .list(ifEmpty: "There are no domains."))
    }
}
