import AdminAPI
import ArgumentParser

package struct DeleteDKIMKey: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a key of a domain.",
        discussion: "It asks before it deletes a key that signs. Without the last of them the domain's mail goes unsigned.")
    package static let names = LiveNames(arguments: [.live(.domains), .within(.selectors)])
    @Argument(help: "The domain or domain alias, such as acme.example.", transform: { try DomainName($0) }) var domain: DomainName
    @Argument(help: "The key's selector.", transform: { try DKIMSelector($0) }) var selector: DKIMSelector
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let active = try context.client.call(Calls.showDKIMKeys, domain.text).filter { $0.state == .active }.map(\.selector)
        let isLast = active == [selector]
        if active.contains(selector) {
            try context.confirm(
                "Key \(selector) signs mail of \(domain) now. \(isLast ? "\(lastOne) " : "")"
                    + "Without its record, mail that is on its way can no longer be verified.",
                .yes)
        }
        _ = try context.client.call(Calls.deleteDKIMKey, domain.text, selector.text)
        let unsigned = context.settings.dryRun ? lastOne : "It was the last that signed: mail of \(domain) goes unsigned now."
        return Report(
            Deleted(deleted: selector.text), Table(["deleted"], [[.text(selector.text)]]),
            .sentence(
                "Deleted key \(selector) of \(domain). Take its record away after a week: mail on its way is verified by it."),
            notes: isLast ? [unsigned] : [])
    }

    private var lastOne: String { "It is the last key that signs: mail of \(domain) goes unsigned afterwards." }
}
