import AdminAPI
import ArgumentParser
import Quantities

package struct CreateDomain: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Give a tenant a mail domain, and vouch that it is the tenant's own.",
        discussion: "Tenants' own administrators use `domain claim`, and prove it.")
    package static let names = LiveNames(options: ["--tenant": .live(.tenants)])
    @Argument(help: "The domain, such as acme.example.", transform: { try DomainName($0) }) var domain: DomainName
    @Option(help: ArgumentHelp("The tenant that it belongs to.", valueName: "name"), transform: { try TenantName($0) })
    var tenant: TenantName
    @Option(
        help: ArgumentHelp("Storage of its users together, such as 10GB; unlimited if left out.", valueName: "size"),
        transform: Limits.size)
    var quota: LimitChange<ByteCount>?
    @Option(help: ArgumentHelp("Number of messages; unlimited if left out.", valueName: "number"), transform: Limits.number)
    var messages: LimitChange<Int64>?
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let limits = quota == nil && messages == nil ? nil : QuotaChange(bytes: quota, messages: messages)
        let created = try context.client.call(Calls.createDomain, sending: NewDomain(name: domain, tenant: tenant, quota: limits))
        return Report(created, DomainTable.of([created]), .sentence("Created domain \(created.name) of tenant \(created.tenant)."))
    }
}
