import AdminAPI
import ArgumentParser

package struct ShowPlan: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a plan, or what holds for a tenant or a user and where each value comes from.",
        discussion: "With --for it shows what `plan limits` does: the values of the plan, or those that go before them.")
    package static let names = LiveNames(arguments: [.live(.plans)], options: ["--for": .live(.quotaTargets)])
    @Argument(help: "Name of the plan.", transform: { try PlanName($0) }) var name: PlanName?
    @Option(
        name: .customLong("for"), help: ArgumentHelp("A tenant or a user's address, instead of a name.", valueName: "target"),
        transform: { try QuotaTarget($0) })
    var target: QuotaTarget?
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func validate() throws {
        guard (name == nil) != (target == nil) else { throw ValidationError("Give the name of a plan, or --for a tenant or a user.") }
    }

    package func execute(in context: Context) throws -> Report {
        if let target {
            let report = try context.client.call(Calls.showLimits, target.text)
            return Report(report, PlanTable.of(report), .list(ifEmpty: ""), notes: ["The plan of \(target) is \(report.plan)."])
        }
        guard let name else { throw ValidationError("Give the name of a plan.") }
        let plan = try context.client.call(Calls.showPlan, name.text)
        return Report(plan, PlanTable.of([plan]), .facts)
    }
}
