import AdminAPI
import ArgumentParser

package struct SetForward: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Have a user's mail go on to other addresses.",
        discussion: """
            A copy stays with the user, unless --no-copy is given. Without one the mail stays all the same when nobody is found at these \
            addresses. What was set before is replaced.
            """)
    package static let names = LiveNames(arguments: [.live(.addresses)], options: ["--to": .live(.addresses)])
    @Argument(help: "The user's address.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @Option(help: ArgumentHelp("Where it goes: addresses here or anywhere, parted by commas.", valueName: "addresses"))
    var to: [String]
    @Flag(help: "The user keeps no copy.") var noCopy = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let targets = try to.flatMap { $0.split(separator: ",") }.map { try TargetAddress($0.trimmingSpaces()) }
        guard !targets.isEmpty else {
            throw AdminError(
                .invalid, "The mail of \(address) would go nowhere.", hint: "Give --to ADDRESS, or use `forward clear \(address)`.")
        }
        let new = NewForward(to: targets, copy: !noCopy)
        try new.validate()
        let forward = try context.client.call(Calls.setForward, address.text, sending: new)
        let places = forward.to.map(\.text).joined(separator: ", ")
        return Report(
            forward, ForwardTable.of([forward]),
            .sentence("Mail of \(forward.address) goes on to \(places), and \(forward.copy ? "a copy" : "no copy") stays."))
    }
}
