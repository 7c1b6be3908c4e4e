import AdminAPI
import ArgumentParser

package struct CreateAppPassword: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a password for one device of a user; it is shown once.",
        discussion: "It can be revoked without touching the user's own password or other devices.")
    package static let names = LiveNames(
        arguments: [.live(.addresses)], options: ["--service": .words(MailService.ofMailPrograms.map(\.rawValue))])
    @Argument(help: "Address of the user.", transform: { try EmailAddress($0) }) var address: EmailAddress
    @Option(help: ArgumentHelp("Of the device, such as phone.", valueName: "text"), transform: { try AppPasswordName($0) })
    var name: AppPasswordName
    @Option(
        help: ArgumentHelp("What it is good for: imap, pop3 or submission. May be given several times; all if left out."),
        transform: { try MailService.ofMailProgram($0) })
    var service: [MailService] = []
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let made = try context.client.call(
            Calls.createAppPassword, address.text, sending: NewAppPassword(name: name, services: service.isEmpty ? nil : service))
        return Self.report(made)
    }

    static func report(_ made: CreatedAppPassword) -> Report {
        let (address, name) = (made.appPassword.address, made.appPassword.name)
        let services = made.appPassword.services.map(\.rawValue).joined(separator: ", ")
        return Report(
            made, Table(["address", "name", "password"], [[.text(address.text), .text(name.text), .text(made.password)]]),
            .sentence(
                """
                Made an app password of \(address) for \(name), good for \(services).
                Password: \(made.password)
                It is not kept anywhere in readable form; pass it on now.
                """))
    }
}

extension MailService: ExpressibleByArgument {}
