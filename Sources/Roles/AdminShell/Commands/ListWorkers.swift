import AdminAPI
import ArgumentParser

package struct ListWorkers: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the platform's processes, how they do and how they last ended.")
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let workers = try context.client.call(Calls.listWorkers)
        return Report(workers, WorkerTable.of(workers), .list(ifEmpty: "There are no workers."))
    }
}
