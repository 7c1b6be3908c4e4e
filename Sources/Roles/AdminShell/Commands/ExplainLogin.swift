import AdminAPI
import ArgumentParser

package struct ExplainLogin: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Explain what a login with the right password would meet.",
        discussion: "The exit status is 2 when it would be refused.")
    package static let names = LiveNames(
        arguments: [.live(.addresses)], options: ["--protocol": .words(MailService.allCases.map(\.rawValue))])
    @Argument(help: "Address of the user.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @Option(name: .customLong("protocol"), help: "What is logged in to: imap, pop3, submission or web.") var service = MailService.imap
    @Option(help: ArgumentHelp("The client's address, for the wrong logins that came from there.", valueName: "host")) var from: String?
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        try context.client.call(
            Calls.explainLogin, query: ["address": address.text, "service": service.rawValue, "from": from]
        ).report
    }
}
