import AdminAPI
import ArgumentParser

package struct ActivateDKIMKeys: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "activate", abstract: "Sign a domain's mail with the keys that wait, once the DNS has their records.",
        discussion: "Keys that signed until now are retired; their records stay for a week, for mail that is on its way.")
    package static let names = LiveNames(arguments: [.live(.domainNames)])
    @Argument(help: "The domain or domain alias, such as acme.example.", transform: { try DomainName($0) }) var domain: DomainName
    @Flag(help: "Do not look into the DNS; for those who run the platform.") var unchecked = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let keys = try context.client.call(Calls.activateDKIMKeys, domain.text, query: ["unchecked": unchecked ? "true" : nil])
        let active = keys.filter { $0.state == .active }.map(\.selector.text).joined(separator: ", ")
        return Report(keys, DKIMTable.of(keys), .sentence("Mail of \(domain) is signed with \(active) now."))
    }
}
