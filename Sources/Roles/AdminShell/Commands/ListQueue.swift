import AdminAPI
import ArgumentParser

package struct ListQueue: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "list", abstract: "List the messages that wait.")
    package static let names = LiveNames(options: ["--tenant": .live(.tenants)])
    @Option(help: ArgumentHelp("Only those of this tenant.", valueName: "name"), transform: { try TenantName($0) })
    var tenant: TenantName?
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let entries = try context.client.call(Calls.listQueue, query: ["tenant": tenant?.text])
        return Report(entries, QueueTable.of(entries), .list(ifEmpty: "The queue is empty."))
    }
}
