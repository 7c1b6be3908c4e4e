import AdminAPI
import ArgumentParser

package struct SetPlan: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change limits of a plan, for all tenants that have it, at once.",
        discussion: "What is left out stays; `none` takes a limit away. Sessions of a service that is not part of the plan any more end.")
    package static let names = LiveNames(arguments: [.live(.plans)], options: LimitOptions.names)
    @Argument(help: "Name of the plan.", transform: { try PlanName($0) }) var name: PlanName
    @OptionGroup(title: "Limits") var limits: LimitOptions
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let changes = try limits.changes()
        guard !changes.values.isEmpty else { throw ValidationError("Give at least one limit to change.") }
        let plan = try context.client.call(Calls.setPlan, name.text, sending: changes)
        return Report(plan, PlanTable.of([plan]), .facts)
    }
}
