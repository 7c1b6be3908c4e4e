/// What an administrator of the platform, of a tenant or of a domain may do there.
public enum Role: String, Sendable, Codable, CaseIterable {
    /// Everything.
    case owner
    /// Everything but the accounts of those who administer the platform.
    case operating = "operator"
    /// Looks at everything, changes nothing.
    case auditor
    case tenantAdministrator = "tenant-administrator"
    /// Passwords of a tenant's users, and unlocking their logins.
    case helpDesk = "help-desk"
    case domainAdministrator = "domain-administrator"

    /// How much of the platform the role concerns.
    public enum Reach: String, Sendable, Codable, CaseIterable { case platform, tenant, domain }

    public var reach: Reach {
        switch self {
        case .owner, .operating, .auditor: .platform
        case .tenantAdministrator, .helpDesk: .tenant
        case .domainAdministrator: .domain
        }
    }

    public var permissions: Set<Permission> {
        switch self {
        case .owner, .operating: Set(Permission.allCases)
        case .auditor: [.own, .read, .readPlatform, .readAudit]
        case .tenantAdministrator:
            [
                .own, .read, .readAudit, .claimDomains, .publishPolicies, .manageUsers, .managePasswords, .manageQuotas, .manageQueue,
                .manageAdministrators, .applyStates, .manageSigning,
            ]
        case .helpDesk: [.own, .read, .managePasswords]
        case .domainAdministrator:
            [.own, .read, .publishPolicies, .manageUsers, .managePasswords, .manageQuotas, .manageSigning]
        }
    }

    /// The roles of those whose accounts this one makes, changes and deletes, as far as its reach goes.
    public var manages: Set<Role> {
        switch self {
        case .owner: Set(Role.allCases)
        case .operating: [.tenantAdministrator, .helpDesk, .domainAdministrator]
        case .tenantAdministrator: [.helpDesk, .domainAdministrator]
        case .auditor, .helpDesk, .domainAdministrator: []
        }
    }

    public func may(_ call: any AnyCall) -> Bool { permissions.contains(call.needs) }
}
