import AdminAPI
import ArgumentParser

package struct ListClaims: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "claims", abstract: "List the domains that are claimed and not proved, with the records that would prove them.")
    package static let names = LiveNames(options: ["--tenant": .live(.tenants)])
    @Option(help: ArgumentHelp("Only those of this tenant.", valueName: "name"), transform: { try TenantName($0) })
    var tenant: TenantName?
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let claims = try context.client.call(Calls.listClaims, query: ["tenant": tenant?.text])
        return Report(claims, ClaimTable.of(claims), .list(ifEmpty: "There are no claims."))
    }
}
