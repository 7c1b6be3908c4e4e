import AdminAPI
import ArgumentParser

package struct ExportTenant: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a tenant as a file for `apply`, on standard output.",
        discussion: """
            Everything that can be applied is in it, but passwords: applying it leaves them as they are. With --plans the limits of its \
            plan are in it too: applying it gives them to the plan of that name, for all tenants that have it.
            """)
    package static let names = LiveNames(arguments: [.live(.tenants)])
    @Argument(help: "Name of the tenant.", transform: { try TenantName($0) }) var name: TenantName
    @Flag(help: "Write the tenant's plan too, for a platform that has none of that name.") var plans = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        guard context.settings.format != .csv else {
            throw ValidationError("A tenant is no table: `export` writes YAML, and with --format json the same as JSON.")
        }
        let tenant = try context.client.call(Calls.exportState, name.text)
        let table = Table(["tenant"], [[.text(name.text)]])
        guard plans else { return Report(tenant, table, .verbatim(StateText.of(tenant))) }
        var written: [DesiredPlan] = []
        if let name = tenant.plan {
            let plan = try context.client.call(Calls.showPlan, name.text)
            written.append(DesiredPlan(name: plan.name, limits: LimitChanges(plan.limits.values)))
        }
        return Report(Exported(plans: written, tenants: [tenant]), table, .verbatim(StateText.of(tenant, plans: written)))
    }

    /// As a file has it.
    private struct Exported: Encodable {
        var plans: [DesiredPlan]
        var tenants: [DesiredTenant]
    }
}
