/// What a quota belongs to. The text tells which: an address has an `@`, a domain a dot, a tenant neither.
public enum QuotaTarget: ValidatedText {
    case tenant(TenantName), domain(DomainName), user(EmailAddress)

    public init(_ text: String) throws(AdminError) {
        if text.utf8.contains(UInt8(ascii: "@")) {
            self = .user(try EmailAddress(text))
        } else if text.utf8.contains(UInt8(ascii: ".")) {
            self = .domain(try DomainName(text))
        } else {
            self = .tenant(try TenantName(text))
        }
    }

    public var text: String {
        switch self {
        case .tenant(let name): name.text
        case .domain(let name): name.text
        case .user(let address): address.text
        }
    }

    public var level: QuotaLevel {
        switch self {
        case .tenant: .tenant
        case .domain: .domain
        case .user: .user
        }
    }
}

/// The three levels at which a quota can stand; a delivery must fit all of them.
public enum QuotaLevel: String, Sendable, Codable, CaseIterable { case user, domain, tenant }
