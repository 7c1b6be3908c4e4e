import AdminAPI
import ArgumentParser

package struct CheckQuota: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Recount what is stored and compare it with the usage counters.",
        discussion: """
            Compares a target and all that is below it; without a target, every tenant. Lists the counters that differ, and exits with \
            status 2 if some do and were not set right.
            """)
    package static let names = LiveNames(arguments: [.live(.quotaTargets)])
    @Argument(help: "A tenant, a domain or an address; all tenants if left out.", transform: { try QuotaTarget($0) })
    var target: QuotaTarget?
    @Flag(help: "Set right what differs; the tenant's worker does it, also while mail comes in.") var repair = false
    @Flag(help: "List the counters that agree too.") var all = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func validate() throws {
        if repair, all { throw ValidationError("--repair lists what it set right; --all goes without it.") }
    }

    package func execute(in context: Context) throws -> Report {
        let check =
            repair
            ? try context.client.call(Calls.repairQuotas, sending: QuotaRepair(target: target))
            : try context.client.call(Calls.checkQuotas, query: ["target": target?.text, "all": all ? "true" : nil])
        let table = Table(
            [
                "level", "name", "tenant", "counted", "recounted", "difference", "messages counted", "messages recounted",
                "messages difference",
            ],
            check.levels.map { level in
                [
                    .text(level.level.rawValue), .text(level.name), .text(level.tenant.text), .size(level.counted.bytes),
                    .size(level.recounted.bytes), .size(level.difference.bytes), .number(level.counted.messages),
                    .number(level.recounted.messages), .number(level.difference.messages),
                ]
            })
        let verdict = Self.verdict(on: check, dryRun: context.settings.dryRun)
        return Report(
            check, table, .list(ifEmpty: verdict), notes: check.levels.isEmpty ? [] : [verdict],
            exitStatus: check.holds ? 0 : Self.somethingDiffers)
    }

    static let somethingDiffers: Int32 = 2

    private static func verdict(on check: QuotaCheck, dryRun: Bool) -> String {
        let compared =
            "\(counted(check.compared.tenants, "tenant")), \(counted(check.compared.domains, "domain")) and "
            + counted(check.compared.users, "user")
        if check.differing == 0 { return "The counters of \(compared) agree with what is stored." }
        let some = "Of the counters of \(compared) \(check.differing == 1 ? "one" : "\(check.differing)")"
        let differs = "\(some) \(check.differing == 1 ? "differs" : "differ") from what is stored"
        if check.repaired, dryRun { return "\(differs) and would be set right." }
        if check.repaired { return "\(some) differed from what is stored and was set right." }
        return "\(differs); `quota check --repair` sets it right."
    }
}
