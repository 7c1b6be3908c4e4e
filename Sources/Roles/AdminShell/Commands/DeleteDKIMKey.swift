import AdminAPI
import ArgumentParser

package struct DeleteDKIMKey: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "delete", abstract: "Delete a key of a domain.")
    package static let names = LiveNames(arguments: [.live(.domains)])
    @Argument(help: "The domain, such as acme.example.", transform: { try DomainName($0) }) var domain: DomainName
    @Argument(help: "The key's selector.", transform: { try DKIMSelector($0) }) var selector: DKIMSelector
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let keys = try context.client.call(Calls.showDKIMKeys, domain.text)
        if keys.contains(where: { $0.selector == selector && $0.state == .active }) {
            try context.confirm(
                "Key \(selector) signs mail of \(domain) now. Without its record, mail that is on its way can no longer be verified.",
                .yes)
        }
        _ = try context.client.call(Calls.deleteDKIMKey, domain.text, selector.text)
        return Report(
            Deleted(deleted: selector.text), Table(["deleted"], [[.text(selector.text)]]),
            .sentence(
                "Deleted key \(selector) of \(domain). Take its record away after a week: mail on its way is verified by it."))
    }
}
