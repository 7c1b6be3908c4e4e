import AdminAPI
import ArgumentParser

package struct ListAppPasswords: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List a user's app passwords, and when and from where each was used last.")
    package static let names = LiveNames(arguments: [.live(.addresses)])
    @Argument(help: "Address of the user.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let found = try context.client.call(Calls.listAppPasswords, address.text)
        return Self.report(found, of: address.text)
    }

    static func report(_ found: [AppPassword], of address: String) -> Report {
        let table = Table(
            ["name", "services", "last used", "from", "created"],
            found.map { entry in
                [
                    .text(entry.name.text), .text(entry.services.map(\.rawValue).joined(separator: " ")), .time(entry.usedAt),
                    .text(entry.usedFrom ?? "-"), .time(entry.createdAt),
                ]
            })
        return Report(found, table, .list(ifEmpty: "\(address) has no app passwords."))
    }
}
