import AdminAPI
import ArgumentParser

package struct ReleaseHold: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "release", abstract: "End a hold; what it alone kept is destroyed within the hour.")
    package static let names = LiveNames(arguments: [.live(.held)])
    @Argument(help: "What it is on: an address, a domain or a tenant.", transform: { try QuotaTarget($0) }) var target: QuotaTarget
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        try context.confirm(
            "This releases \(target.text). Messages that the hold alone kept are destroyed, and what is deleted when its time is over.",
            .typing(target.text))
        _ = try context.client.call(Calls.releaseHold, target.text)
        return Report(
            Released(released: target.text), Table(["released"], [[.text(target.text)]]), .sentence("\(target.text) is held no longer."))
    }

    private struct Released: Encodable, Sendable { let released: String }
}
