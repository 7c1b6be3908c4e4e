import AdminAPI
import ArgumentParser

package struct RetryQueued: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Try a waiting message at once, or all that are not held.",
        discussion: QueueFilter.discussion)
    package static let names = QueueFilter.names, tenantNeeds: String? = "--all"
    @Argument(help: "Number of the message, as `queue list` shows it.", transform: { try QueueID($0) }) var id: QueueID?
    @OptionGroup var filter: QueueFilter
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func validate() throws { try filter.check(beside: id) }

    package func execute(in context: Context) throws -> Report {
        guard let id else { return try QueueRun(verb: .retry, filter: filter, context: context).report() }
        let entry = try context.client.call(Calls.retryQueued, id.text)
        return Report(entry, QueueTable.of([entry]), .sentence("Message \(entry.id) is tried now."))
    }
}
