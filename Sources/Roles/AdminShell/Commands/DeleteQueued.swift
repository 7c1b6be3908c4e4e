import AdminAPI
import ArgumentParser

package struct DeleteQueued: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "delete", abstract: "Delete a waiting message; nobody is told.")
    package static let names = LiveNames(arguments: [.live(.queued)])
    @Argument(help: "Number of the message, as `queue list` shows it.", transform: { try QueueID($0) }) var id: QueueID
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let entry = try context.client.call(Calls.showQueued, id.text)
        try context.confirm(
            "This deletes message \(id) from <\(entry.sender.withoutControls())> to "
                + "\(counted(entry.recipients.count, "recipient")), unsent.", .yes)
        _ = try context.client.call(Calls.deleteQueued, id.text)
        return Report(Deleted(deleted: id.text), Table(["deleted"], [[.text(id.text)]]), .sentence("Deleted message \(id)."))
    }
}
