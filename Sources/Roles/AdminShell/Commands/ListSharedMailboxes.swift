import AdminAPI
import ArgumentParser

package struct ListSharedMailboxes: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the shared mailboxes, with how many members they have.")
    package static let names = AddressFilter.names
    @OptionGroup var filter: AddressFilter
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let mailboxes = try context.client.call(Calls.listSharedMailboxes, query: filter.query)
        return Report(mailboxes, SharedMailboxTable.of(mailboxes), .list(ifEmpty: "There are no shared mailboxes."))
    }
}
