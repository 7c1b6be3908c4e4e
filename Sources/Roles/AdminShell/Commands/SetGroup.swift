import AdminAPI
import ArgumentParser

package struct SetGroup: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change who may send to a group, or who owns it.")
    package static let names = LiveNames(arguments: [.live(.groups)], options: ["--owner": .live(.addresses)])
    @Argument(help: "The group's address.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @Option(help: "Who may send to it: anyone, or users who logged in: all of the tenant, its members, its owners.")
    var posting: PostingRule?
    @Option(help: ArgumentHelp("All its owners, parted by commas; none stands for nobody.", valueName: "addresses"))
    var owner: [String] = []
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let owners: [TargetAddress]? = owner.isEmpty ? nil : owner == ["none"] ? [] : try owner.addresses()
        let group = try context.client.call(Calls.setGroup, address.text, sending: GroupChange(posting: posting, owners: owners))
        return GroupTable.report(group, "Changed group \(group.address).")
    }
}
