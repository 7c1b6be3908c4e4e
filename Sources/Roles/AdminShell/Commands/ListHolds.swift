import AdminAPI
import ArgumentParser

package struct ListHolds: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "list", abstract: "List the legal holds.")
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let holds = try context.client.call(Calls.listHolds)
        return Report(holds, HoldTable.of(holds), .list(ifEmpty: "Nothing is held."))
    }
}
