import AdminAPI
import ArgumentParser

package struct CreateUser: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a user.",
        discussion: "Without --password-stdin, --generate, a hash or --no-password it asks for the password, twice.")
    package static let names = LiveNames(arguments: [.newAddress])
    @Argument(help: "Address; its domain must exist.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @OptionGroup var password: UserPasswordOptions
    @OptionGroup var demand: PasswordDemandOptions
    @Flag(help: "Give the user no password: the mailbox receives, but nobody can log in.") var noPassword = false
    @OptionGroup var quota: QuotaOptions
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func validate() throws {
        if noPassword, password.isGiven || demand.mustChange {
            throw ValidationError("--no-password excludes the other password options.")
        }
    }

    package func execute(in context: Context) throws -> Report {
        let choice = noPassword ? nil : try password.input.obtain(for: address.text, from: context.console)
        let created = try context.client.call(
            Calls.createUser, sending: NewUser(address: address, password: choice, mustChange: demand.demand, quota: quota.limits))
        let shown = created.generatedPassword.map { "\nPassword: \($0)\nIt is not kept anywhere in readable form; pass it on now." } ?? ""
        return Report(
            created, CreatedUserTable.of(created.user.address, created.generatedPassword),
            .sentence("Created user \(created.user.address) of tenant \(created.user.tenant).\(shown)"))
    }
}

enum CreatedUserTable {
    static func of(_ address: EmailAddress, _ password: String?) -> Table {
        Table(["address", "password"], [[.text(address.text), .text(password ?? "")]])
    }
}
