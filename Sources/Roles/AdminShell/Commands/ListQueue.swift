import AdminAPI
import ArgumentParser

package struct ListQueue: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "list", abstract: "List the messages that wait.")
    package static let names = TenantFilter.names
    @OptionGroup var filter: TenantFilter
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let entries = try context.client.call(Calls.listQueue, query: filter.query)
        return Report(entries, QueueTable.of(entries), .list(ifEmpty: "The queue is empty."))
    }
}
