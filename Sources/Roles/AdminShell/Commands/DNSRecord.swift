import AdminAPI

/// A record that a domain's zone must have so that mail arrives, is believed, and programs find their settings.
package struct DNSRecord: Codable, Sendable, Hashable {
    package let name: String, type: String, value: String, purpose: String

    /// The services that can be found by SRV records: RFC 6186, and RFC 8314 for `_submissions`.
    private static let services: [(service: String, standardPort: Int, priority: Int)] = [
        ("submissions", 465, 0), ("submission", 587, 10), ("imaps", 993, 0), ("imap", 143, 10), ("pop3s", 995, 20), ("pop3", 110, 30),
    ]

    package static let standardPorts = Dictionary(uniqueKeysWithValues: services.map { ($0.service, $0.standardPort) })

    /// Ports by service, from `127.0.0.1:10993`.
    package static func ports(of listeners: [PlatformStatus.Listener]) -> [String: Int] {
        var ports: [String: Int] = [:]
        for listener in listeners {
            guard let colon = listener.address.lastIndex(of: ":"), let port = Int(listener.address[listener.address.index(after: colon)...])
            else { continue }
            if ports[listener.service] == nil { ports[listener.service] = port }
        }
        return ports
    }

    package static func needed(by domain: DomainName, host: String, ports: [String: Int] = standardPorts) -> [DNSRecord] {
        let exchange = DNSRecord(name: "\(domain).", type: "MX", value: "10 \(host).", purpose: "mail for the domain comes here")
        let senders = DNSRecord(name: "\(domain).", type: "TXT", value: "\"v=spf1 mx -all\"", purpose: "only this host sends for it (SPF)")
        let settings = services.compactMap { service, _, priority in
            ports[service].map { port in
                DNSRecord(
                    name: "_\(service)._tcp.\(domain).", type: "SRV", value: "\(priority) 1 \(port) \(host).",
                    purpose: "mail programs set themselves up")
            }
        }
        return [exchange, senders] + settings
    }
}
