import AdminAPI
import ArgumentParser

package struct ImportCertificate: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Show a certificate to clients that ask for its names.",
        discussion: """
            The files are on the platform's machine, in PEM; when they change, as after a renewal, they are read anew within seconds, and \
            no connection is dropped. With certbot: --certificate /etc/letsencrypt/live/NAME/fullchain.pem --key \
            /etc/letsencrypt/live/NAME/privkey.pem. A certificate of the same first name is replaced.
            """)
    @Option(help: ArgumentHelp("The certificate and those that lead to an authority.", valueName: "file")) var certificate: String
    @Option(help: ArgumentHelp("The private key, without a passphrase.", valueName: "file")) var key: String
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        func path(_ given: String) -> String {
            given.hasPrefix("/") || context.settings.server != nil ? given : "\(DataDirectory.currentDirectory())/\(given)"
        }
        let made = try context.client.call(
            Calls.importCertificate, sending: CertificateImport(certificateFile: path(certificate), keyFile: path(key)))
        let names = made.hostNames.joined(separator: ", ")
        return Report(
            made, CertificateTable.of([made]), .sentence("Shown for \(names), until \(made.expiresAt)."),
            notes: made.problem.map { [$0] } ?? [])
    }
}
