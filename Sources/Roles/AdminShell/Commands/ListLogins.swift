import AdminAPI
import ArgumentParser

package struct ListLogins: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List accounts and addresses whose logins are refused after too many wrong ones.")
    @Flag(help: "Also those with wrong logins that are not refused yet.") var all = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let logins = try context.client.call(Calls.listLogins).filter { all || $0.lockedUntil != nil }
        return Report(
            logins, WrongLoginsTable.of(logins), .list(ifEmpty: all ? "There were no wrong logins lately." : "No logins are locked."))
    }
}
