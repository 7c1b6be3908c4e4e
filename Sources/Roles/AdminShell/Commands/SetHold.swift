import AdminAPI
import ArgumentParser

package struct SetHold: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Hold a user, a domain or a tenant: nothing of it is destroyed.",
        discussion: """
            It can still be deleted, and is kept then for as long as it is held. What its users remove from their mailboxes is kept too; \
            they notice nothing.
            """)
    package static let names = LiveNames(arguments: [.live(.quotaTargets)])
    @Argument(help: "An address, a domain or a tenant, deleted or not.", transform: { try QuotaTarget($0) }) var target: QuotaTarget
    @Option(help: ArgumentHelp("Why, for those who run the platform.", valueName: "text")) var reason: String
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let hold = try context.client.call(Calls.setHold, target.text, sending: NewHold(reason: reason))
        return Report(hold, HoldTable.of([hold]), .sentence("\(hold.target.text) is held."))
    }
}
