import AdminAPI
import ArgumentParser

package struct EndSessions: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "end", abstract: "End the sessions of a user, a domain or a tenant.",
        discussion: """
            A mail program logs in again by itself if its password is still good; `user suspend --login` keeps it out. In a browser
            people have to log in again.
            """)
    package static let names = LiveNames(arguments: [.live(.quotaTargets)])
    @Argument(help: "A tenant, a domain or an address.", transform: { try QuotaTarget($0) }) var target: QuotaTarget
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let done = try context.client.call(Calls.endSessions, target.text)
        return Report(
            done, Table(["target", "ended"], [[.text(target.text), .number(Int64(done.ended))]]),
            .sentence("Ended \(counted(Int64(done.ended), "session")) of \(target)."))
    }
}
