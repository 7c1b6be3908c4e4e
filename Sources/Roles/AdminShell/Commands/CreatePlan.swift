import AdminAPI
import ArgumentParser

package struct CreatePlan: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a plan: a set of limits under a name.",
        discussion: "What is left out is not limited. `plan assign` gives the plan to tenants.")
    package static let names = LiveNames(options: LimitOptions.names)
    @Argument(help: "Short name: a-z, 0-9 and hyphen.", transform: { try PlanName($0) }) var name: PlanName
    @OptionGroup(title: "Limits") var limits: LimitOptions
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let plan = try context.client.call(Calls.createPlan, sending: NewPlan(name: name, limits: try limits.changes()))
        return Report(plan, PlanTable.of([plan]), .sentence("Created plan \(plan.name)."))
    }
}
