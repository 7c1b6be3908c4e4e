import AdminAPI
import ArgumentParser

package struct ListQueue: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "list", abstract: "List the messages that wait.")
    package static let names = RecipientFilter.names
    @OptionGroup var filter: RecipientFilter
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let entries = try context.client.call(Calls.listQueue, query: filter.query)
        let none = filter.recipientDomain == nil ? "The queue is empty." : "No such message waits."
        return Report(entries, QueueTable.of(entries), .list(ifEmpty: none))
    }
}
