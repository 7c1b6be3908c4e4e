import AdminAPI
import ArgumentParser

package struct ListRoles: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List which role may use which command.",
        discussion: "A role of a tenant or a domain may use a command for what belongs to that tenant or domain.")
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report { Report(Self.rows, Self.table, .list(ifEmpty: "")) }

    struct Row: Encodable, Sendable {
        let command: String
        let roles: [Role]
    }

    private static var rows: [Row] {
        Calls.all.map { call in Row(command: call.command, roles: Role.allCases.filter { $0.may(call) }) }
    }

    private static var table: Table {
        Table(
            ["command"] + Role.allCases.map(\.rawValue),
            rows.map { row in [.text(row.command)] + Role.allCases.map { .text(row.roles.contains($0) ? "yes" : "-") } })
    }

    /// The same for the README.
    package static var markdown: String {
        let head = "| command | " + Role.allCases.map(\.rawValue).joined(separator: " | ") + " |\n"
        let line = "|---" + String(repeating: "|:-:", count: Role.allCases.count) + "|\n"
        return head + line
            + rows.map { row in
                "| `\(row.command)` | " + Role.allCases.map { row.roles.contains($0) ? "✓" : "" }.joined(separator: " | ") + " |\n"
            }.joined()
    }
}
