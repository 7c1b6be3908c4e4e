import AdminAPI
import ArgumentParser

package struct DeleteQueued: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a waiting message, or all; nobody is told.",
        discussion: QueueFilter.discussion)
    package static let names = QueueFilter.names, tenantNeeds: String? = "--all"
    @Argument(help: "Number of the message, as `queue list` shows it.", transform: { try QueueID($0) }) var id: QueueID?
    @OptionGroup var filter: QueueFilter
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func validate() throws { try filter.check(beside: id) }

    package func execute(in context: Context) throws -> Report {
        guard let id else { return try QueueRun(verb: .delete, filter: filter, context: context).report() }
        let entry = try context.client.call(Calls.showQueued, id.text)
        try context.confirm(
            "This deletes message \(id) from <\(entry.sender.withoutControls())> to "
                + "\(counted(entry.recipients.count, "recipient")), unsent.", .yes)
        _ = try context.client.call(Calls.deleteQueued, id.text)
        return Report(Deleted(deleted: id.text), Table(["deleted"], [[.text(id.text)]]), .sentence("Deleted message \(id)."))
    }
}
