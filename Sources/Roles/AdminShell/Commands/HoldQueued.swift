import AdminAPI
import ArgumentParser

package struct HoldQueued: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "hold", abstract: "Hold a message, or all that are not held: it is not tried until it is released.",
        discussion: QueueFilter.discussion)
    package static let names = QueueFilter.names, tenantNeeds: String? = "--all"
    @Argument(help: "Number of the message, as `queue list` shows it.", transform: { try QueueID($0) }) var id: QueueID?
    @OptionGroup var filter: QueueFilter
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func validate() throws { try filter.check(beside: id) }

    package func execute(in context: Context) throws -> Report {
        guard let id else { return try QueueRun(verb: .hold, filter: filter, context: context).report() }
        let entry = try context.client.call(Calls.holdQueued, id.text)
        return Report(entry, QueueTable.of([entry]), .sentence("Message \(entry.id) is held."))
    }
}
