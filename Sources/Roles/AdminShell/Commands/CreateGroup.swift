import AdminAPI
import ArgumentParser

package struct CreateGroup: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a group.",
        discussion: """
            Members are users, aliases and other groups of the tenant, and addresses outside. Owners send as the group, and the first \
            hears of mail that did not reach a member outside.
            """)
    package static let names = LiveNames(
        arguments: [.newAddress], options: ["--owner": .live(.addresses), "--member": .live(.addresses)])
    @Argument(help: "The group's address.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @Option(help: "Who may send to it: anyone, or users who logged in: all of the tenant, its members, its owners.")
    var posting: PostingRule = .anyone
    @Option(help: ArgumentHelp("Its owners, of its tenant, parted by commas.", valueName: "addresses")) var owner: [String] = []
    @Option(help: ArgumentHelp("Its members, here or anywhere, parted by commas.", valueName: "addresses")) var member: [String] = []
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let new = NewGroup(
            address: address, posting: posting, owners: try owner.addresses(), members: try member.addresses())
        let group = try context.client.call(Calls.createGroup, sending: new)
        return GroupTable.report(group, "Created group \(group.address) with \(counted(group.memberCount, "member")).")
    }
}

extension PostingRule: ExpressibleByArgument {}
