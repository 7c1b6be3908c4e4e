import AdminAPI
import ArgumentParser

package struct AssignPlan: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "assign", abstract: "Give a tenant a plan; it holds at once, in open sessions too.",
        discussion: "What there is more of than the plan allows stays; no more is made.")
    package static let names = LiveNames(arguments: [.live(.plans)], options: ["--tenant": .live(.tenants)])
    @Argument(help: "Name of the plan.", transform: { try PlanName($0) }) var name: PlanName
    @Option(help: ArgumentHelp("The tenant that gets it.", valueName: "name"), transform: { try TenantName($0) }) var tenant: TenantName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let changed = try context.client.call(Calls.assignPlan, tenant.text, sending: PlanAssignment(plan: name))
        return Report(changed, TenantTable.of([changed]), .sentence("Tenant \(tenant) has plan \(changed.plan) now."))
    }
}
