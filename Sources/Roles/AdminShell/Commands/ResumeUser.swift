import AdminAPI
import ArgumentParser

package struct ResumeUser: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "End a user's suspension.", discussion: "With --incoming, --outgoing or --login only that.")
    package static let names = LiveNames(arguments: [.live(.addresses)])
    @Argument(help: "Address of the user.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @OptionGroup var parts: SuspensionParts
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let user = try context.client.call(Calls.resumeUser, address.text, sending: SuspensionChange(what: parts.what))
        let state = user.suspended.shown(user.suspensionReason)
        return Report(user, UserTable.of([user]), .sentence("\(user.kind) \(user.address): \(state)."))
    }
}
