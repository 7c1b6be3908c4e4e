import AdminAPI
import ArgumentParser

package struct RenameDomain: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "rename", abstract: "Give a domain another name; all its addresses follow, mail and passwords stay.",
        discussion: """
            The tenant's aliases that led to the old addresses lead to the new ones. Sessions of the domain's users end, and tell the new \
            address. `domain dns` prints the records that the new name needs. Keys of DKIM wait for `dkim activate`; with --keep-alias \
            they go on signing for the old name, and `dkim create` makes some for the new one. An alias of the domain that becomes its name \
            brings its keys along.
            """)
    package static let names = LiveNames(arguments: [.live(.domains)])
    @Argument(help: "The domain, such as acme.example.", transform: { try DomainName($0) }) var domain: DomainName
    @Argument(help: "The new name: none yet, or an alias of this domain.", transform: { try DomainName($0) }) var new: DomainName
    @Flag(help: "The old name becomes an alias of the new one.") var keepAlias = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let renamed = try context.client.call(
            Calls.renameDomain, domain.text, sending: DomainRename(name: new, keepAlias: keepAlias))
        let kept = keepAlias ? "; \(domain) is an alias of it" : ""
        return Report(renamed, DomainTable.of([renamed]), .sentence("Domain \(domain) is now \(renamed.name)\(kept)."))
    }
}
