import AdminAPI
import ArgumentParser

package struct PrintDNS: AdminCommand {
    package static let configuration = CommandConfiguration(
        commandName: "dns", abstract: "Print the DNS records that a domain needs.",
        discussion: "With --host it asks nobody: host and standard ports are taken as given.")
    package static let names = LiveNames(arguments: [.live(.domains)])
    @Argument(help: "The domain, such as acme.example.", transform: { try DomainName($0) }) var domain: DomainName
    @Option(
        help: ArgumentHelp("Name of the mail host; the platform's own if left out.", valueName: "name"), transform: { try DomainName($0) })
    var host: DomainName?
    @OptionGroup(title: "Global options") var global: GlobalArguments
    package init() {}

    package func execute(in context: Context) throws -> Report {
        let records: [DNSRecord]
        if let host {
            records = DNSRecord.needed(by: domain, host: host.text)
        } else {
            let domains = try context.client.call(Calls.listDomains)
            guard domains.contains(where: { $0.name == domain || $0.aliases.contains(domain) }) else {
                throw AdminError(.notFound, "There is no domain \(domain).", hint: "`domain list` shows all.")
            }
            let status = try context.client.call(Calls.status)
            records = DNSRecord.needed(by: domain, host: status.hostname, ports: DNSRecord.ports(of: status.listeners))
        }
        let table = Table(
            ["name", "type", "value", "purpose"],
            records.map { record in
                [.text(record.name), .text(record.type), .text(record.value), .text(record.purpose)]
            })
        return Report(records, table, .list(ifEmpty: ""))
    }
}
