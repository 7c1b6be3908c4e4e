import AdminAPI

enum DomainTable {
    static func of(_ domains: [Domain]) -> Table {
        Table(
            ["domain", "tenant", "aliases", "proof", "users", "used", "quota", "messages", "message quota", "mta-sts", "created"],
            domains.map { domain in
                [
                    .text(domain.name.text), .text(domain.tenant.text), .text(domain.aliases.map(\.text).joined(separator: " ")),
                    .text(proof(of: domain)), .number(Int64(domain.users)), .size(domain.usage.bytes), .sizeLimit(domain.quota.bytes),
                    .number(domain.usage.messages), .numberLimit(domain.quota.messages), .text(domain.mtaSTS.rawValue),
                    .time(domain.createdAt),
                ]
            })
    }

    private static func proof(of domain: Domain) -> String {
        switch domain.proof {
        case .dns: "DNS"
        case .vouched: domain.vouchedBy.map { "vouched by \($0)" } ?? "vouched"
        }
    }
}
