import AdminAPI
import ArgumentParser

package struct CreateTenant: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "create", abstract: "Create a tenant (a company).")
    package static let names = LiveNames(options: ["--plan": .live(.plans)])
    @Argument(help: "Short name: a-z, 0-9 and hyphen, at most 63 characters.", transform: { try TenantName($0) }) var name: TenantName
    @Option(help: ArgumentHelp("Its plan; default if left out.", valueName: "name"), transform: { try PlanName($0) }) var plan: PlanName?
    @OptionGroup var quota: QuotaOptions
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let tenant = try context.client.call(Calls.createTenant, sending: NewTenant(name: name, quota: quota.limits, plan: plan))
        return Report(tenant, TenantTable.of([tenant]), .sentence("Created tenant \(tenant.name)."))
    }
}
