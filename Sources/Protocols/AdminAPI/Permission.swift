/// What a caller must be allowed to do.
public enum Permission: String, Sendable, Codable, CaseIterable {
    /// One's own account and session: everybody may.
    case own
    /// Tenants, domains, users, aliases, quotas and queued mail, as far as one's reach goes.
    case read
    /// What concerns the platform as a whole: its processes, logins from anywhere, counters.
    case readPlatform
    case readAudit
    /// Domains that come with a proof; `manageDomains` takes none.
    case claimDomains
    /// What a domain tells other hosts of itself, beside its zone.
    case publishPolicies
    case manageTenants, manageDomains, manageUsers, managePasswords, manageQuotas, manageQueue, manageWorkers, manageAdministrators
    case manageCertificates, managePlans, manageHolds
    /// Keys that sign a domain's mail.
    case manageSigning
    /// Desired states, as far as one's reach goes: what of them one may change is asked change by change.
    case applyStates
}
