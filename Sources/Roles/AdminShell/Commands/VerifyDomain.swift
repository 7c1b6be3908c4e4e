import AdminAPI
import ArgumentParser

package struct VerifyDomain: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Look for the record that proves a claim; it makes the domain the tenant's.")
    package static let names = LiveNames(arguments: [.live(.claims)], options: ["--tenant": .live(.tenants)])
    @Argument(help: "The domain, such as acme.example.", transform: { try DomainName($0) }) var domain: DomainName
    @Option(help: ArgumentHelp("Whose claim, if several tenants claim it.", valueName: "name"), transform: { try TenantName($0) })
    var tenant: TenantName?
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let made = try context.client.call(Calls.verifyDomain, domain.text, query: ["tenant": tenant?.text])
        let told =
            context.settings.dryRun
            ? "The record is there: \(made.name) would be a domain of tenant \(made.tenant)."
            : """
            The record is there: \(made.name) is a domain of tenant \(made.tenant) now.
            The record may go. `domain check \(made.name)` says which others its mail needs.
            """
        return Report(made, DomainTable.of([made]), .sentence(told))
    }
}
