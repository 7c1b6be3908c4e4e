import AdminAPI
import ArgumentParser

package struct CreateDomain: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Give a tenant a mail domain, and vouch that it is the tenant's own.",
        discussion: "Tenants' own administrators use `domain claim`, and prove it.")
    package static let names = LiveNames(options: ["--tenant": .live(.tenants)])
    @Argument(help: "The domain, such as acme.example.", transform: { try DomainName($0) }) var domain: DomainName
    @Option(help: ArgumentHelp("The tenant that it belongs to.", valueName: "name"), transform: { try TenantName($0) })
    var tenant: TenantName
    @OptionGroup var quota: QuotaOptions
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let created = try context.client.call(
            Calls.createDomain, sending: NewDomain(name: domain, tenant: tenant, quota: quota.limits))
        return Report(created, DomainTable.of([created]), .sentence("Created domain \(created.name) of tenant \(created.tenant)."))
    }
}
