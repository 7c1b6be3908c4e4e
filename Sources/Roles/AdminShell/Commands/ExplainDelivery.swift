import AdminAPI
import ArgumentParser

package struct ExplainDelivery: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "delivery", abstract: "Explain what would become of mail to an address.",
        discussion: """
            With a file, what is in the message's header counts too, and its size is that of the file. Of the file only the header is read \
            and sent. The exit status is 2 when the mail would be refused or put off.
            """)
    package static let names = LiveNames(options: ["--to": .live(.addresses)])
    @Option(help: ArgumentHelp("Who sends it.", valueName: "address"), transform: { try TargetAddress($0) }) var from: TargetAddress?
    @Option(help: ArgumentHelp("Whom it is for.", valueName: "address"), transform: { try EmailAddress($0) }) var to: EmailAddress
    @Option(help: ArgumentHelp("Size of the message, such as 5MB; a short letter's if left out.", valueName: "size")) var size: String?
    @Argument(help: "A file with the message.") var file: String?
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let message = try file.map { path in try MessageFile(path) }
        return try context.client.call(
            Calls.explainDelivery, query: ["address": to.text, "from": from?.text, "size": message.map { "\($0.size)" } ?? size],
            sending: message?.explained ?? ExplainedMessage()
        ).report
    }
}
