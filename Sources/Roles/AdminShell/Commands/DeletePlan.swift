import AdminAPI
import ArgumentParser

package struct DeletePlan: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a plan that no tenant has.")
    package static let names = LiveNames(arguments: [.live(.plans)])
    @Argument(help: "Name of the plan.", transform: { try PlanName($0) }) var name: PlanName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        _ = try context.client.call(Calls.deletePlan, name.text)
        return Report(Deleted(deleted: name.text), Table(["deleted"], [[.text(name.text)]]), .sentence("Deleted plan \(name)."))
    }
}
