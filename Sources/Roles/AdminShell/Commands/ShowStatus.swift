import AdminAPI
import ArgumentParser

package struct ShowStatus: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show whether the platform runs, where it listens, and how much it holds.")
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let status = try context.client.call(Calls.status)
        let verdict = status.warnings.isEmpty ? ["All is well."] : status.warnings.map { "! \($0)" }
        return Report(status, Self.facts(status), .facts, notes: [""] + verdict)
    }

    private static func facts(_ status: PlatformStatus) -> Table {
        let running = status.workers.filter { $0.state == .running }.map(\.name.text)
        let ailing = status.workers.filter { $0.state == .waiting }.map(\.name.text)
        let database = status.database
        let server = database.available ? "PostgreSQL \(database.version ?? "")".trimmingSpaces() : "not available"
        var facts: [(String, Table.Cell)] = [
            ("hostname", .text(status.hostname)), ("version", .text(status.version)), ("data directory", .text(status.dataDirectory)),
            ("running since", .time(status.startedAt)),
            ("database", .text(server + (database.embedded ? " (embedded)" : ""))),
            ("workers", .text(running.isEmpty ? "none runs" : running.joined(separator: " "))),
        ]
        if !ailing.isEmpty { facts.append(("failing", .text(ailing.joined(separator: " ")))) }
        facts += status.listeners.map { ("listens: \($0.service)", .text($0.address)) }
        if let totals = status.totals {
            facts += [
                ("tenants", .number(totals.tenants)), ("domains", .number(totals.domains)), ("users", .number(totals.users)),
                ("messages", .number(totals.usage.messages)), ("stored", .size(totals.usage.bytes)), ("queued", .number(totals.queued)),
            ]
        }
        return Table(facts.map(\.0), [facts.map(\.1)])
    }
}
