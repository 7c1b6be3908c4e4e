import AdminAPI
import ArgumentParser

package struct OverrideLimits: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "override", abstract: "Set limits for one tenant or user that go before those of the plan.",
        discussion: "What is left out stays; `none` takes an override away. `quota set` gives a tenant or a user a quota of its own.")
    package static let names = LiveNames(arguments: [.live(.quotaTargets)], options: LimitOptions.names)
    @Argument(help: "A tenant or a user's address.", transform: { try QuotaTarget($0) }) var target: QuotaTarget
    @OptionGroup(title: "Limits") var limits: LimitOptions
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let changes = try limits.changes()
        guard !changes.values.isEmpty else { throw ValidationError("Give at least one limit to override.") }
        let report = try context.client.call(Calls.overrideLimits, target.text, sending: changes)
        return Report(report, PlanTable.of(report), .list(ifEmpty: ""))
    }
}
