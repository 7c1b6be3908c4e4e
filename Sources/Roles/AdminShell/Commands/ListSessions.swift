import AdminAPI
import ArgumentParser

package struct ListSessions: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the mail programs and browsers that are logged in, the oldest session first.")
    package static let names = LiveNames(arguments: [.live(.quotaTargets)])
    @Argument(help: "A tenant, a domain or an address; all if left out.", transform: { try QuotaTarget($0) }) var target: QuotaTarget?
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let sessions = try context.client.call(Calls.listSessions, query: ["target": target?.text])
        let table = Table(
            ["address", "tenant", "service", "from", "tls", "since"],
            sessions.map { session in
                [
                    .text(session.address.text), .text(session.tenant.text), .text(session.service.rawValue), .text(session.client),
                    .text(session.isEncrypted ? "yes" : "no"), .time(session.since),
                ]
            })
        return Report(sessions, table, .list(ifEmpty: "Nobody is logged in."))
    }
}
