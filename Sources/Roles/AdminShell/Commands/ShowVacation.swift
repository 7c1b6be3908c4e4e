import AdminAPI
import ArgumentParser

package struct ShowVacation: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show what people who write to a user are told.")
    package static let names = LiveNames(arguments: [.live(.addresses)])
    @Argument(help: "The user's address.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let vacation = try context.client.call(Calls.showVacation, address.text)
        return Report(vacation, VacationTable.of([vacation], withText: true), .facts)
    }
}
