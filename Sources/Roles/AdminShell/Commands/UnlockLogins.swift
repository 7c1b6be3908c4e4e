import AdminAPI
import ArgumentParser

package struct UnlockLogins: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "unlock", abstract: "Forget the wrong logins to an account, or from an address or a network.")
    package static let names = LiveNames(arguments: [.live(.wrongLogins)])
    @Argument(help: "Account, address or network, as `login list` shows it.", transform: { try LoginSubject($0) }) var subject: LoginSubject
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let unlocked = try context.client.call(Calls.unlockLogins, subject.text)
        return Report(
            unlocked, Table(["subject", "forgotten"], [[.text(unlocked.subject.text), .number(Int64(unlocked.forgotten))]]),
            .sentence("Logins of \(unlocked.subject.text.withoutControls()) are tried again."))
    }
}
