import AdminAPI
import ArgumentParser

package struct UndeleteGroup: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "undelete", abstract: "Bring a deleted group back, with its members, owners and rule as they were.",
        discussion: KeptAddress.undeletion)
    package static let names = LiveNames(arguments: [.live(.deletedGroups)])
    @Argument(help: "The group's address.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let back = try context.client.call(Calls.undeleteGroup, address.text)
        return Report(
            back, GroupTable.of([back.group]),
            .sentence("Group \(back.group.address) is back, with \(counted(back.group.memberCount, "member"))."),
            notes: KeptAddress.notes(back.leftOut))
    }
}
