import AdminAPI
import ArgumentParser

package struct CreateOwnAppPassword: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "app-password", abstract: "Make a password for one of your devices; it is shown once.",
        discussion: """
            With --password-stdin the first line of standard input is your password, the second, if you have such, the one-time password.
            """)
    package static let names = LiveNames(options: ["--service": .words(MailService.ofMailPrograms.map(\.rawValue))])
    @Argument(help: "Your address.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @Option(help: ArgumentHelp("Of the device, such as phone.", valueName: "text"), transform: { try AppPasswordName($0) })
    var name: AppPasswordName
    @Option(
        help: ArgumentHelp("What it is good for: imap, pop3 or submission. May be given several times; all if left out."),
        transform: { try MailService.ofMailProgram($0) })
    var service: [MailService] = []
    @OptionGroup var own: OwnAccountOptions
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let client = try own.client(in: context)
        let proof = try own.proof(of: address, from: context.console)
        let new = NewAppPassword(name: name, services: service.isEmpty ? nil : service)
        let made = try client.call(
            Calls.createOwnAppPassword, sending: NewOwnAppPassword(proof: proof, appPassword: new))
        return CreateAppPassword.report(made)
    }
}
