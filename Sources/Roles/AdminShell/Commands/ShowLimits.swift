import AdminAPI
import ArgumentParser

package struct ShowLimits: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "limits", abstract: "Show which limits hold for a tenant or a user, and where each comes from.")
    package static let names = LiveNames(arguments: [.live(.quotaTargets)])
    @Argument(help: "A tenant or a user's address.", transform: { try QuotaTarget($0) }) var target: QuotaTarget
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let report = try context.client.call(Calls.showLimits, target.text)
        return Report(report, PlanTable.of(report), .list(ifEmpty: ""))
    }
}
