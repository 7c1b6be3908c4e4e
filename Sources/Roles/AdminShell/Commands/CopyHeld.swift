import AdminAPI
import ArgumentParser

package struct CopyHeld: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "copy", abstract: "Copy what holds keep of a user into a shared mailbox, for its members to read.",
        discussion: """
            Each copying makes a folder there, named by the user's address and the time; nothing else is changed. It copies what was \
            removed while the hold stood, of everybody who has the address, or had it and is kept: all of it, or, when a quota has no room \
            for it, nothing. The shared mailbox is of the same tenant. Days are those of UTC, of when a message came.
            """)
    package static let names = LiveNames(arguments: [.live(.addresses)], options: ["--to": .live(.mailboxes)])
    @Argument(help: "The user's address, deleted or not.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @Option(help: ArgumentHelp("The shared mailbox.", valueName: "address"), transform: { try EmailAddress($0) }) var to: EmailAddress
    @Option(help: ArgumentHelp("From this day on, such as 2026-05-01.", valueName: "day"), transform: { try Day($0) }) var since: Day?
    @Option(help: ArgumentHelp("Before this day.", valueName: "day"), transform: { try Day($0) }) var before: Day?
    @Flag(help: "Copy also what the user still has.") var all = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let new = NewHeldCopies(to: to, since: since, before: before, all: all)
        try new.validate()
        let copies = try context.client.call(Calls.copyHeld, address.text, sending: new)
        let table = Table(
            ["mailbox", "folder", "messages", "size"],
            copies.folders.map { [.text(copies.mailbox.text), .text($0.name), .number($0.copied.messages), .size($0.copied.bytes)] })
        let total = "\(counted(copies.copied.messages, "message")) (\(copies.copied.bytes))"
        let folders = copies.folders.map { "Shared/\(copies.mailbox)/\($0.name)" }.joined(separator: " and ")
        return Report(
            copies, table, .sentence("Copied \(total) of \(copies.target), which members of \(copies.mailbox) find in \(folders)."))
    }
}
