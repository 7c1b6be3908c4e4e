/// A record that a zone must have, or better has, so that mail arrives, is believed, and programs find their settings.
public struct DNSRecord: Codable, Sendable, Hashable {
    /// With its final dot.
    public var name: String
    public var type: String
    /// As in a zone file (RFC 1035 §5.1).
    public var value: String
    public var purpose: String

    public init(name: String, type: String, value: String, purpose: String) {
        (self.name, self.type, self.value, self.purpose) = (name, type, value, purpose)
    }

    /// Seconds that others may remember it in `zoneLine`.
    public static let timeToLive = 3600

    /// The record's line in a zone file, for any origin.
    public var zoneLine: String { "\(name) \(Self.timeToLive) IN \(type) \(value)" }
}

/// The records that mail of a domain calls for.
public enum DomainRecords {
    /// The services that can be found by SRV records: RFC 6186, and RFC 8314 for `_submissions`.
    private static let services: [(service: String, standardPort: Int, priority: Int)] = [
        ("submissions", 465, 0), ("submission", 587, 10), ("imaps", 993, 0), ("imap", 143, 10), ("pop3s", 995, 20), ("pop3", 110, 30),
    ]

    public static let standardPorts = Dictionary(uniqueKeysWithValues: services.map { ($0.service, $0.standardPort) })

    /// Ports by service, from `127.0.0.1:10993`.
    public static func ports(of listeners: [PlatformStatus.Listener]) -> [String: Int] {
        var ports: [String: Int] = [:]
        for listener in listeners {
            guard let colon = listener.address.lastIndex(of: ":"), let port = Int(listener.address[listener.address.index(after: colon)...])
            else { continue }
            if ports[listener.service] == nil { ports[listener.service] = port }
        }
        return ports
    }

    /// - Parameters:
    ///   - host: the mail host's name.
    ///   - webPort: where the host is reached over HTTPS.
    ///   - policyID: names the domain's policy (RFC 8461 §3.1); nil leaves out what leads to it.
    ///   - keyDigest: SHA-256 of the public key that the mail host shows, in hexadecimal; nil leaves the host's own record out.
    ///   - keys: those of the domain that sign its mail, or did, or will.
    public static func needed(
        by domain: DomainName, host: String, ports: [String: Int] = standardPorts, webPort: Int = 443, policyID: String? = nil,
        keyDigest: String? = nil, keys: [DKIMKey] = []
    ) -> [DNSRecord] {
        // Before mail is signed, what is forwarded would be put aside: SPF alone does not survive it.
        let unsigned = keys.contains { $0.state == .active } ? "quarantine" : "none"
        let own = [
            DNSRecord(name: "\(domain).", type: "MX", value: "10 \(host).", purpose: "mail for the domain comes here"),
            DNSRecord(name: "\(domain).", type: "TXT", value: "\"v=spf1 mx -all\"", purpose: "only this host sends for it (SPF)"),
            DNSRecord(
                name: "_dmarc.\(domain).", type: "TXT", value: "\"v=DMARC1; p=\(unsigned); rua=mailto:postmaster@\(domain)\"",
                purpose: "others report who sends in the domain's name (DMARC)"),
            DNSRecord(
                name: "_smtp._tls.\(domain).", type: "TXT", value: "\"v=TLSRPTv1; rua=mailto:postmaster@\(domain)\"",
                purpose: "others report failures of TLS (RFC 8460)"),
        ]
        let policy = policyID.map { id in
            [
                DNSRecord(
                    name: "_mta-sts.\(domain).", type: "TXT", value: "\"v=STSv1; id=\(id);\"",
                    purpose: "others learn that there is a policy on TLS, or a changed one (MTA-STS)"),
                DNSRecord(name: "mta-sts.\(domain).", type: "CNAME", value: "\(host).", purpose: "others fetch the policy here (MTA-STS)"),
            ]
        }
        let settings = services.compactMap { service, _, priority in
            ports[service].map { port in
                DNSRecord(
                    name: "_\(service)._tcp.\(domain).", type: "SRV", value: "\(priority) 1 \(port) \(host).",
                    purpose: "mail programs set themselves up")
            }
        }
        let documents = ["autoconfig", "autodiscover"].map { label in
            DNSRecord(name: "\(label).\(domain).", type: "CNAME", value: "\(host).", purpose: "mail programs fetch their settings here")
        }
        let service = DNSRecord(
            name: "_autodiscover._tcp.\(domain).", type: "SRV", value: "0 1 \(webPort) \(host).",
            purpose: "mail programs fetch their settings here")
        // DANE: of the host's zone, which must be signed (RFC 7672 §3.1.1).
        let key = keyDigest.map { digest in
            DNSRecord(
                name: "_25._tcp.\(host).", type: "TLSA", value: "3 1 1 \(digest)",
                purpose: "others insist on this host's key; in a signed zone only, and to be changed before the key is")
        }
        return own + keys.map(\.record) + (policy ?? []) + settings + documents + [service] + [key].compactMap(\.self)
    }
}
