import AdminAPI
import ArgumentParser

package struct ShowQueued: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a waiting message and its recipients.")
    package static let names = LiveNames(arguments: [.live(.queued)])
    @Argument(help: "Number of the message, as `queue list` shows it.", transform: { try QueueID($0) }) var id: QueueID
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let entry = try context.client.call(Calls.showQueued, id.text)
        if context.settings.format == .csv { return Report(entry, QueueTable.recipients(of: entry), .facts) }
        let text = QueueTable.of([entry]).facts + "\n" + QueueTable.recipients(of: entry).aligned
        return Report(entry, QueueTable.recipients(of: entry), .sentence(text.trimmingSpaces()))
    }
}
