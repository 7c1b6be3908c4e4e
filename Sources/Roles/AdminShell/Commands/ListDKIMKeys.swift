import AdminAPI
import ArgumentParser

package struct ListDKIMKeys: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "list", abstract: "List keys that sign mail, or did.")
    package static let names = LiveNames(arguments: [.live(.domainNames)])
    @Argument(help: "Only of this domain or domain alias.", transform: { try DomainName($0) }) var domain: DomainName?
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let keys = try context.client.call(Calls.listDKIMKeys, query: ["domain": domain?.text])
        return Report(keys, DKIMTable.of(keys), .list(ifEmpty: "There are no keys; `dkim create` makes some."))
    }
}
