import AdminAPI
import ArgumentParser

package struct ExplainSending: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Explain what a message that a user sends would meet.",
        discussion: """
            With a file, what is in the message's header counts too, and its size is that of the file. Of the file only the header is read \
            and sent. Whose keys sign it, its From says. The exit status is 2 when it would be refused or put off.
            """)
    package static let names = LiveNames(arguments: [.live(.addresses)], options: ["--as": .live(.addresses)])
    @Argument(help: "Address of the user who is logged in.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @Option(
        name: .customLong("as"), help: ArgumentHelp("Whom the envelope says it is from; the user if left out.", valueName: "address"),
        transform: { try TargetAddress($0) })
    var author: TargetAddress?
    @Option(help: ArgumentHelp("Whom it is for.", valueName: "address"), transform: { try TargetAddress($0) }) var to: TargetAddress?
    @Option(help: ArgumentHelp("Size of the message, such as 5MB; a short letter's if left out.", valueName: "size")) var size: String?
    @Argument(help: "A file with the message.") var file: String?
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let message = try file.map { path in try MessageFile(path) }
        let size = message.map { "\($0.size)" } ?? size
        return try context.client.call(
            Calls.explainSending, query: ["address": address.text, "as": author?.text, "to": to?.text, "size": size],
            sending: message?.explained ?? ExplainedMessage()
        ).report
    }
}
