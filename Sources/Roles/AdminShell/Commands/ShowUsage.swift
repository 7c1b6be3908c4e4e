import AdminAPI
import ArgumentParser

package struct ShowUsage: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "usage", abstract: "Show what each tenant held on each day: for bills.",
        discussion: """
            Days are those of UTC. `--format csv` gives plain numbers. Tenants that were deleted are in it too. What is kept is mail of \
            deleted users and domains, beside what is stored.
            """)
    package static let names = LiveNames(options: ["--tenant": .live(.tenants)])
    @Option(help: ArgumentHelp("Only of this tenant.", valueName: "name"), transform: { try TenantName($0) }) var tenant: TenantName?
    @Option(help: ArgumentHelp("From this day on, such as 2026-05-01.", valueName: "day"), transform: { try Day($0) }) var from: Day?
    @Option(help: ArgumentHelp("Up to this day.", valueName: "day"), transform: { try Day($0) }) var to: Day?
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let days = try context.client.call(Calls.listUsage, query: ["tenant": tenant?.text, "from": from?.text, "to": to?.text])
        let table = Table(
            ["tenant", "day", "domains", "users", "messages", "stored", "most stored", "kept"],
            days.map { day in
                [
                    .text(day.tenant.text), .text(day.day.text), .number(day.domains), .number(day.users), .number(day.messages),
                    .size(day.bytes), .size(day.peakBytes), .size(day.keptBytes),
                ]
            })
        return Report(days, table, .list(ifEmpty: "There is nothing from those days."))
    }
}
