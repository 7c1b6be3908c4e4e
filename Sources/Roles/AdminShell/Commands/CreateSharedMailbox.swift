import AdminAPI
import ArgumentParser

package struct CreateSharedMailbox: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a shared mailbox.",
        discussion: "It counts as a user in plans, and has no login: `mailbox add` says who opens it.")
    package static let names = LiveNames(arguments: [.newAddress])
    @Argument(help: "Address; its domain must exist.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @OptionGroup var quota: QuotaOptions
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let new = NewSharedMailbox(address: address, quota: quota.limits)
        let mailbox = try context.client.call(Calls.createSharedMailbox, sending: new)
        return SharedMailboxTable.report(
            mailbox, "Created shared mailbox \(mailbox.address) of tenant \(mailbox.tenant); `mailbox add` says who opens it.")
    }
}
