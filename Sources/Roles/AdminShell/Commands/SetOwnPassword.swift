import AdminAPI
import ArgumentParser

package struct SetOwnPassword: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "password", abstract: "Change your own password; all your sessions end.",
        discussion: "With --password-stdin the first line of standard input is the old password, the second the new one.")
    @Flag(help: "Read the old and the new password from standard input.") var passwordStdin = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let old = passwordStdin ? context.console.readLine() : context.console.askHidden("Old password: ")
        guard let old, !old.isEmpty else { throw Abandoned() }
        let input: PasswordInput = passwordStdin ? .standardInput : .ask
        let new = try input.obtain(for: "yourself", from: context.console)
        _ = try context.client.call(Calls.setOwnPassword, sending: OwnPasswordChange(old: old, new: new))
        return Report(Nothing(), Table([], []), .sentence("Changed your password; please log in again."))
    }
}
