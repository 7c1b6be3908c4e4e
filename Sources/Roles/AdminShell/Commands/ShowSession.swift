import AdminAPI
import ArgumentParser

package struct ShowSession: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show who you are to the platform, and what is yours to administer.")
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let session = try context.client.call(Calls.showSession)
        let table = Table(
            ["name", "role", "administers", "session until"],
            [
                [
                    .text(session.name), .text(session.role.rawValue),
                    .text(session.domain?.text ?? session.tenant?.text ?? "the platform"), .time(session.expiresAt),
                ]
            ])
        return Report(session, table, .facts)
    }
}
