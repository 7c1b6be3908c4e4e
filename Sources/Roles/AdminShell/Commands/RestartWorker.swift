import AdminAPI
import ArgumentParser

package struct RestartWorker: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "restart", abstract: "Restart a process. Sessions on it end; clients come back by themselves.")
    package static let names = LiveNames(arguments: [.live(.workers)])
    @Argument(help: "gateway, relay, database or tenant:NAME.", transform: { try WorkerName($0) }) var worker: WorkerName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let restarted = try context.client.call(Calls.restartWorker, worker.text)
        return Report(restarted, WorkerTable.of([restarted]), .sentence("Restarted \(restarted.name)."))
    }
}
