import AdminAPI
import ArgumentParser

package struct DeleteCertificate: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Show a certificate no longer; its files stay where they are.")
    package static let names = LiveNames(arguments: [.live(.certificates)])
    @Argument(help: "Its first host name.", transform: { try CertificateName($0) }) var name: CertificateName
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        _ = try context.client.call(Calls.deleteCertificate, name.text)
        return Report(
            Deleted(deleted: name.text), Table(["deleted"], [[.text(name.text)]]),
            .sentence("Certificate \(name) is not shown any more."))
    }
}
