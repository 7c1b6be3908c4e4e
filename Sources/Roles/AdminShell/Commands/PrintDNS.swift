import AdminAPI
import ArgumentParser

package struct PrintDNS: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "dns", abstract: "Print the DNS records that a domain needs.",
        discussion: "--zone prints them as lines of a zone file; --host takes another name of the mail host, and standard ports.")
    package static let names = LiveNames(arguments: [.live(.domainNames)])
    @Argument(help: "The domain or domain alias, such as acme.example.", transform: { try DomainName($0) }) var domain: DomainName
    @Option(
        help: ArgumentHelp("Name of the mail host; the platform's own if left out.", valueName: "name"), transform: { try DomainName($0) })
    var host: DomainName?
    @Flag(help: "As a zone file.") var zone = false
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let records = try context.client.call(Calls.domainRecords, domain.text, query: ["host": host?.text])
        let table = Table(
            ["name", "type", "value", "purpose"],
            records.map { record in
                [.text(record.name), .text(record.type), .text(record.value), .text(record.purpose)]
            })
        let advice = try signingAdvice(records, context).map { [$0] } ?? []
        if zone {
            let comments = advice.map { "; \($0)\n" }.joined()
            return Report(records, table, .verbatim(comments + Self.zoneFile(records)))
        }
        return Report(records, table, .list(ifEmpty: ""), notes: advice)
    }

    /// nil: the domain's mail is signed. Keys that wait, or are retired, have records and sign nothing.
    private func signingAdvice(_ records: [DNSRecord], _ context: Context) throws -> String? {
        let hasKeys = records.contains { $0.name.contains("._domainkey.") }
        let states = hasKeys ? try context.client.call(Calls.showDKIMKeys, domain.text).map(\.state) : []
        if states.contains(.active) { return nil }
        return "No key signs the domain's mail (DKIM); "
            + (states.contains(.waiting)
                ? "`dkim activate \(domain)` has those that wait do so, once they are published."
                : "`dkim create` makes keys; this prints their records then.")
    }

    /// Each line under a comment that says what it is for.
    static func zoneFile(_ records: [DNSRecord]) -> String {
        var lines: [String] = [], purpose = ""
        for record in records {
            if record.purpose != purpose { lines.append("; \(record.purpose)") }
            purpose = record.purpose
            lines.append(record.zoneLine)
        }
        return lines.joined(separator: "\n")
    }
}
