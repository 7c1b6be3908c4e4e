import AdminAPI
import ArgumentParser

package struct DemandPassword: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "must-change", abstract: "Have a user change the password.",
        discussion: """
            At once, or after the time of --within, the password opens no mail protocol any more; app passwords go on. The user changes it \
            with `casella --server HOST user change-password ADDRESS`.
            """)
    package static let names = LiveNames(arguments: [.live(.addresses)])
    @Argument(help: "Address of the user.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @OptionGroup var time: PasswordDemandTime
    @Flag(help: "The password need not be changed any more.") var off = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func validate() throws {
        if off, time.within != nil { throw ValidationError("--off excludes --within.") }
    }

    package func execute(in context: Context) throws -> Report {
        let demand = PasswordDemand(within: off ? nil : time.within ?? 0)
        let user = try context.client.call(Calls.demandPassword, address.text, sending: demand)
        let sentence = user.passwordChangeDue.map { "must be changed by \($0)" } ?? "need not be changed"
        return Report(user, UserTable.facts(of: user), .sentence("The password of \(address) \(sentence)."))
    }
}
