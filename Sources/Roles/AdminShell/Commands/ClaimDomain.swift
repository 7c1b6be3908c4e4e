import AdminAPI
import ArgumentParser

package struct ClaimDomain: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "claim", abstract: "Say that a domain is a tenant's own, and print the DNS record that proves it.",
        discussion: "It serves no mail until `domain verify` has found the record. Claimed again, it has the same record.")
    package static let names = LiveNames(options: ["--tenant": .live(.tenants)])
    @Argument(help: "The domain, such as acme.example.", transform: { try DomainName($0) }) var domain: DomainName
    @Option(help: ArgumentHelp("The tenant; your own if left out.", valueName: "name"), transform: { try TenantName($0) })
    var tenant: TenantName?
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let claim = try context.client.call(Calls.claimDomain, sending: NewDomainClaim(name: domain, tenant: tenant))
        return Report(
            claim, ClaimTable.of([claim]),
            .sentence(
                """
                Tenant \(claim.tenant) claims \(claim.name). Publish this record until \(claim.expiresAt):
                \(claim.record.line)
                Then `domain verify \(claim.name)` makes it a domain of the tenant.
                """))
    }
}
