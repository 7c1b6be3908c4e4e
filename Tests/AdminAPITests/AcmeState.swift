import AdminAPI

extension TenantState {
    static let hash = DesiredPassword.hash("{SSHA}f0CceVSke+IK0le3znCfxtpRGtRzQGx0")

    /// A tenant with a domain under two names, a user and an alias.
    static func acme() throws -> TenantState {
        try TenantState(
            domains: [DomainName("acme.example"): DomainSettings()],
            domainAliases: [DomainName("also.example"): DomainName("acme.example")],
            users: [EmailAddress("ann@acme.example"): UserSettings(password: hash)],
            aliases: [AliasAddress("info@acme.example"): [TargetAddress("ann@acme.example")]])
    }
}
