import AdminAPI
import ArgumentParser

package struct ListPlans: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the plans and their limits.")
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let plans = try context.client.call(Calls.listPlans)
        return Report(plans, PlanTable.of(plans), .list(ifEmpty: "There are no plans."))
    }
}
