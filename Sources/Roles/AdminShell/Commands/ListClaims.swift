import AdminAPI
import ArgumentParser

package struct ListClaims: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "claims", abstract: "List the domains that are claimed and not proved, with the records that would prove them.")
    package static let names = TenantFilter.names
    @OptionGroup var filter: TenantFilter
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let claims = try context.client.call(Calls.listClaims, query: filter.query)
        return Report(claims, ClaimTable.of(claims), .list(ifEmpty: "There are no claims."))
    }
}
