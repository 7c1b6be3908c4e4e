import AdminAPI
import ArgumentParser

package struct RemoveMembers: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "remove", abstract: "Remove members from a group.")
    package static let names = LiveNames(arguments: [.live(.groups)], options: ["--member": .live(.addresses)])
    @Argument(help: "The group's address.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @Option(help: ArgumentHelp("Their addresses, parted by commas.", valueName: "addresses")) var member: [String]
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let group = try context.client.call(Calls.removeMembers, address.text, sending: GroupMembers(try member.addresses()))
        return GroupTable.report(group, "The group \(group.address) has \(group.memberCount) members now.")
    }
}
