import AdminAPI
import ArgumentParser

package struct ListApplies: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "applies", abstract: "List what was applied, the newest first.",
        discussion: "The last 50 of each tenant are kept, and the last 50 of the plans.")
    package static let names = TenantFilter.names
    @OptionGroup var filter: TenantFilter
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let applies = try context.client.call(Calls.listApplies, query: filter.query)
        let table = Table(
            ["number", "tenant", "by", "at", "added", "changed", "removed", "undoes", "undone by"],
            applies.map { apply in
                [
                    .number(apply.number), .text(apply.tenant?.text ?? "(plans)"), .text(apply.by), .time(apply.at),
                    .number(Int64(apply.added)), .number(Int64(apply.changed)), .number(Int64(apply.removed)),
                    .text(apply.undoes.map { "\($0)" } ?? ""), .text(apply.undoneBy.map { "\($0)" } ?? ""),
                ]
            })
        return Report(applies, table, .list(ifEmpty: "Nothing was applied."))
    }
}
