import AdminAPI
import ArgumentParser

package struct ShowQuota: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show limits and use, at the target's level and at every level above it: mail must fit all of them.")
    package static let names = LiveNames(arguments: [.live(.quotaTargets)])
    @Argument(help: "A tenant, a domain or an address.", transform: { try QuotaTarget($0) }) var target: QuotaTarget
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let report = try context.client.call(Calls.showQuota, target.text)
        return Report(report, QuotaTable.of(report), .list(ifEmpty: "\(target) has no quota."), notes: report.notices)
    }
}
