import AdminAPI
import ArgumentParser

package struct HoldQueued: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "hold", abstract: "Hold a message: it is not tried until it is released.")
    package static let names = LiveNames(arguments: [.live(.queued)])
    @Argument(help: "Number of the message, as `queue list` shows it.", transform: { try QueueID($0) }) var id: QueueID
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let entry = try context.client.call(Calls.holdQueued, id.text)
        return Report(entry, QueueTable.of([entry]), .sentence("Message \(entry.id) is held."))
    }
}
