import AdminAPI
import ArgumentParser

package struct DeleteAlias: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete an alias; kept for as long as the plan says.", discussion: KeptAddress.discussion("alias"))
    package static let names = LiveNames(arguments: [.live(.aliases)])
    @Argument(help: "The alias; @domain stands for all other addresses of a domain.", transform: { try AliasAddress($0) })
    var address: AliasAddress
    @Flag(help: "Destroy it at once, or what is deleted already and kept.") var now = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        if now {
            let described = try context.described(.alias, address.text, now: true) {
                let found = try context.client.call(Calls.showAlias, address.text)
                return "alias \(address) with \(counted(found.targets.count, "target"))"
            }
            try context.confirmDeletion(described, now: true, address.text, .yes)
        }
        let deletion = try context.client.call(Calls.deleteAlias, address.text, query: ["now": now ? "true" : nil])
        return Report(deletion, of: "alias", address.text)
    }
}
