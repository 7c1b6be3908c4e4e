import AdminAPI
import ArgumentParser

package struct ListCertificates: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the certificates; the standard one, for clients that ask for no other name, first.")
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let found = try context.client.call(Calls.listCertificates)
        return Report(found, CertificateTable.of(found), .list(ifEmpty: "There are no certificates."))
    }
}
