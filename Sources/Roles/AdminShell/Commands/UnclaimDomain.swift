import AdminAPI
import ArgumentParser

package struct UnclaimDomain: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "unclaim", abstract: "Forget a claim on a domain.")
    package static let names = LiveNames(arguments: [.live(.claims)], options: ["--tenant": .live(.tenants)])
    @Argument(help: "The domain, such as acme.example.", transform: { try DomainName($0) }) var domain: DomainName
    @Option(help: ArgumentHelp("Whose claim, if several tenants claim it.", valueName: "name"), transform: { try TenantName($0) })
    var tenant: TenantName?
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        _ = try context.client.call(Calls.unclaimDomain, domain.text, query: ["tenant": tenant?.text])
        return Report(
            Deleted(deleted: domain.text), Table(["deleted"], [[.text(domain.text)]]), .sentence("Forgot the claim on \(domain)."))
    }
}
