import AdminAPI
import ArgumentParser

package struct ShowCertificate: AdminCommand {
    package static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a certificate.")
    package static let names = LiveNames(arguments: [.live(.certificates)])
    @Argument(help: "Its first host name.", transform: { try CertificateName($0) }) var name: CertificateName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let found = try context.client.call(Calls.showCertificate, name.text)
        return Report(found, CertificateTable.of([found]), .facts)
    }
}
