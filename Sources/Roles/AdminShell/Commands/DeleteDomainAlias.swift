import AdminAPI
import ArgumentParser

package struct DeleteDomainAlias: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "unalias", abstract: "Take a further name away from its domain.",
        discussion: "Its keys of DKIM go with it; leave their records for a week, for mail that is on its way.")
    package static let names = LiveNames(arguments: [.live(.domainAliases)])
    @Argument(help: "The further name.", transform: { try DomainName($0) }) var name: DomainName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        _ = try context.client.call(Calls.deleteDomainAlias, name.text)
        return Report(
            Deleted(deleted: name.text), Table(["deleted"], [[.text(name.text)]]), .sentence("\(name) is an alias no longer."))
    }
}
