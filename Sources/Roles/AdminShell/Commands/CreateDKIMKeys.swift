import AdminAPI
import ArgumentParser

package struct CreateDKIMKeys: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make keys for a domain's mail, and print the records to publish.",
        discussion: """
            One of RSA and one of Ed25519. They sign nothing before `dkim activate`. A domain alias has keys of its own, which sign what \
            is sent under its name.
            """)
    package static let names = LiveNames(arguments: [.live(.domainNames)])
    @Argument(help: "The domain or domain alias, such as acme.example.", transform: { try DomainName($0) }) var domain: DomainName
    @Option(
        help: ArgumentHelp("What the selectors begin with; date and time if left out.", valueName: "name"),
        transform: { try DKIMSelector($0) })
    var selector: DKIMSelector?
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let made = try context.client.call(Calls.createDKIMKeys, domain.text, sending: NewDKIMKeys(selector: selector))
        // Nobody is to publish the records of keys that are gone.
        let told =
            context.settings.dryRun
            ? "Keys of \(domain) would be made; their selectors and records are known then."
            : """
            Made keys of \(domain). Publish:
            \(DKIMTable.records(made))
            Then `dkim activate \(domain)` looks for the records, and mail is signed.
            """
        return Report(made, DKIMTable.of(made), .sentence(told))
    }
}
