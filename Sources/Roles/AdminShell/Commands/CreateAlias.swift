import AdminAPI
import ArgumentParser

package struct CreateAlias: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "create", abstract: "Create an alias.")
    package static let names = LiveNames(arguments: [.newAddress], options: ["--to": .live(.addresses)])
    @Argument(help: "The alias; @domain stands for all other addresses of a domain.", transform: { try AliasAddress($0) })
    var address: AliasAddress
    @Option(help: ArgumentHelp("Where it leads: addresses here or anywhere, parted by commas.", valueName: "addresses"))
    var to: [String]
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        var targets: [TargetAddress] = []
        for text in to.flatMap({ $0.split(separator: ",") }) {
            let target = try TargetAddress(text.trimmingSpaces())
            if !targets.contains(target) { targets.append(target) }
        }
        guard !targets.isEmpty else { throw AdminError(.invalid, "The alias \(address) leads nowhere.", hint: "Give --to ADDRESS.") }
        let alias = try context.client.call(Calls.createAlias, sending: NewAlias(address: address, targets: targets))
        return Report(
            alias, AliasTable.of([alias]),
            .sentence("Created alias \(alias.address) to \(alias.targets.map(\.text).joined(separator: ", "))."))
    }
}
