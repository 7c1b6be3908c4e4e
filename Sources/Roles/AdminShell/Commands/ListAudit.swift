import AdminAPI
import ArgumentParser

package struct ListAudit: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List what administrators did: who, from where, when, what, and what it changed.",
        discussion: """
            The newest first. `--all --format json` or `csv` exports everything. Of a call in whose midst the control plane ended the \
            result is "interrupted", told at the next start; whether the change was made is not known then.
            """)
    package static let names = LiveNames(options: ["--tenant": .live(.tenants)])
    @Option(help: ArgumentHelp("Only what concerned this tenant.", valueName: "name"), transform: { try TenantName($0) })
    var tenant: TenantName?
    @Option(help: ArgumentHelp("How many.", valueName: "number")) var count = 50
    @Flag(help: "All there are.") var all = false
    @Flag(help: "Without what was only read or tried.") var changes = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        var events: [AuditEvent] = []
        while true {
            let wanted = all ? AuditEvent.maximum : min(AuditEvent.maximum, count - events.count)
            let page = try context.client.call(
                Calls.listAudit,
                query: [
                    "tenant": tenant?.text, "before": events.last.map { "\($0.sequence)" }, "count": "\(wanted)",
                    "changes": changes ? "true" : nil,
                ])
            events += page
            guard page.count == wanted, all || events.count < count else { break }
        }
        let table = Table(
            ["number", "time", "who", "role", "from", "command", "target", "tenant", "result", "changes"],
            events.map { event in
                [
                    .number(event.sequence), .time(event.at), .text(event.caller), .text(event.role?.rawValue ?? "-"), .text(event.origin),
                    .text(event.command), .text(event.target), .text(event.tenant ?? "-"), .text(event.result), .text(event.changes),
                ]
            })
        return Report(events, table, .list(ifEmpty: "Nothing was done yet."))
    }
}
