import AdminAPI
import ArgumentParser

package struct ListDeleted: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List what is deleted and kept.")
    package static let names = TenantFilter.names
    @OptionGroup var filter: TenantFilter
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let kept = try context.client.call(Calls.listDeleted, query: filter.query)
        let table = Table(
            ["level", "name", "tenant", "deleted", "by", "kept until", "held", "used", "messages"],
            kept.map { one in
                [
                    .text(one.level.rawValue), .text(one.name), .text(one.tenant.text), .time(one.deletedAt), .text(one.deletedBy ?? ""),
                    .time(one.keptUntil), .text(one.held ? "held" : ""), .size(one.usage.bytes), .number(one.usage.messages),
                ]
            })
        return Report(kept, table, .list(ifEmpty: "Nothing is deleted and kept."))
    }
}
