import AdminAPI
import ArgumentParser

package struct ShowPlan: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a plan; `plan limits` shows what holds for a tenant or a user.")
    package static let names = LiveNames(arguments: [.live(.plans)])
    @Argument(help: "Name of the plan.", transform: { try PlanName($0) }) var name: PlanName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let plan = try context.client.call(Calls.showPlan, name.text)
        return Report(plan, PlanTable.of([plan]), .facts)
    }
}
