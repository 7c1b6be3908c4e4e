import Quantities

/// A company: the owner of domains, users and their mail.
public struct Tenant: Codable, Sendable, Hashable {
    /// Counted on the platform; 0 for those who administer nothing but the tenant, or a part of it.
    public var id: Int64
    public var name: TenantName
    /// Suspended when anything of it is.
    public var state: AccountState
    public var suspended: [Suspendable]
    public var suspensionReason: SuspensionReason?
    public var plan: PlanName
    public var quota: QuotaLimits
    public var usage: Usage
    /// What takes disk beside that: mail of deleted users and domains, for as long as it is kept.
    public var kept: Usage
    public var domains: Int
    public var users: Int
    public var createdAt: Timestamp

    public init(
        id: Int64, name: TenantName, suspended: [Suspendable], suspensionReason: SuspensionReason?, plan: PlanName, quota: QuotaLimits,
        usage: Usage, kept: Usage, domains: Int, users: Int, createdAt: Timestamp
    ) {
        (self.id, self.name, self.plan, self.quota, self.usage) = (id, name, plan, quota, usage)
        (state, self.suspended, self.suspensionReason) = (suspended.isEmpty ? .active : .suspended, suspended, suspensionReason)
        (self.kept, self.domains, self.users, self.createdAt) = (kept, domains, users, createdAt)
    }
}

public struct NewTenant: Codable, Sendable, Hashable {
    public var name: TenantName
    /// Left out: as its plan says.
    public var quota: QuotaChange?
    /// Left out: `PlanName.standard`.
    public var plan: PlanName?

    public init(name: TenantName, quota: QuotaChange? = nil, plan: PlanName? = nil) {
        (self.name, self.quota, self.plan) = (name, quota, plan)
    }
}

/// Whether anything is suspended.
public enum AccountState: String, Codable, Sendable, CaseIterable { case active, suspended }
