import AdminAPI
import ArgumentParser

package struct ShowDKIMKeys: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the records of a domain's keys, as lines of a zone file.")
    package static let names = LiveNames(arguments: [.live(.domainNames)])
    @Argument(help: "The domain or domain alias, such as acme.example.", transform: { try DomainName($0) }) var domain: DomainName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let keys = try context.client.call(Calls.showDKIMKeys, domain.text)
        let nothing = "\(domain) has no keys; `dkim create \(domain)` makes some."
        return Report(keys, DKIMTable.of(keys), .sentence(keys.isEmpty ? nothing : DKIMTable.records(keys)))
    }
}
