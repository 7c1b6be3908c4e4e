import AdminAPI
import ArgumentParser

package struct RenameUser: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "rename", abstract: "Give a user another address; mail and passwords stay.",
        discussion: """
            The new address may be in another domain of the same tenant. The tenant's aliases that led to the old one lead to the new one. \
            Sessions end, and tell the new address.
            """)
    package static let names = LiveNames(arguments: [.live(.addresses), .newAddress])
    @Argument(help: "Address of the user.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @Argument(help: "The new address: nobody's yet, or an alias of this user alone.", transform: { try EmailAddress($0) }) var new: EmailAddress
    @Flag(help: "The old address becomes an alias of the new one.") var keepAlias = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let user = try context.client.call(Calls.renameUser, address.text, sending: UserRename(address: new, keepAlias: keepAlias))
        let kept = keepAlias ? "; \(address) is an alias of it" : ""
        return Report(user, UserTable.of([user]), .sentence("\(user.kind) \(address) is now \(user.address)\(kept)."))
    }
}
