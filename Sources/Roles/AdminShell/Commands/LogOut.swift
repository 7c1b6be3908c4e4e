import AdminAPI
import ArgumentParser

package struct LogOut: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "logout", abstract: "End the session with a platform (--server).")
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        _ = try context.client.call(Calls.logOut)
        if let server = context.settings.server {
            // Whom to trust stays known.
            try StoredSession(token: nil, fingerprint: StoredSession.load(for: server)?.fingerprint).save(for: server)
        }
        return Report(Deleted(deleted: "session"), Table(["deleted"], [[.text("session")]]), .sentence("Logged out."))
    }
}
