import AdminAPI
import ArgumentParser

package struct UndeleteAlias: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "undelete", abstract: "Bring a deleted alias back, as it was.",
        discussion: KeptAddress.undeletion)
    package static let names = LiveNames(arguments: [.live(.deletedAliases)])
    @Argument(help: "The alias; @domain stands for all other addresses of a domain.", transform: { try AliasAddress($0) })
    var address: AliasAddress
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let back = try context.client.call(Calls.undeleteAlias, address.text)
        let targets = back.alias.targets.map(\.text).joined(separator: ", ")
        return Report(
            back, AliasTable.of([back.alias]), .sentence("Alias \(back.alias.address) to \(targets) is back."),
            notes: KeptAddress.notes(back.leftOut))
    }
}
