import AdminAPI
import ArgumentParser

package struct ReleaseQueued: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "release", abstract: "Release a held message.")
    package static let names = LiveNames(arguments: [.live(.queued)])
    @Argument(help: "Number of the message, as `queue list` shows it.", transform: { try QueueID($0) }) var id: QueueID
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let entry = try context.client.call(Calls.releaseQueued, id.text)
        return Report(entry, QueueTable.of([entry]), .sentence("Message \(entry.id) is released."))
    }
}
