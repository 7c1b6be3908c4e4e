/// How a plan is to be: it is made if it is not there, and gets the limits that are named.
public struct DesiredPlan: Codable, Sendable, Hashable {
    public var name: PlanName
    /// `null` takes one away. Left out: they stay.
    public var limits: LimitChanges?

    public init(name: PlanName, limits: LimitChanges? = nil) { (self.name, self.limits) = (name, limits) }
}

public struct DesiredPlans: Codable, Sendable, Hashable {
    public var plans: [DesiredPlan]
    /// What is not to be there: never of a file.
    public var gone: [PlanName]?

    public init(plans: [DesiredPlan], gone: [PlanName]? = nil) { (self.plans, self.gone) = (plans, gone) }
}

/// What is applied at once, in one transaction: a tenant, or the plans of the platform.
public enum DesiredState: Codable, Sendable, Hashable {
    case tenant(DesiredTenant), plans(DesiredPlans)

    private enum CodingKeys: String, CodingKey { case tenant, plans }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        if let tenant = try values.decodeIfPresent(DesiredTenant.self, forKey: .tenant) {
            self = .tenant(tenant)
        } else if let plans = try values.decodeIfPresent(DesiredPlans.self, forKey: .plans) {
            self = .plans(plans)
        } else {
            throw AdminError(.invalid, "Nothing is desired.", hint: #"Send {"tenant": {…}} or {"plans": {"plans": […]}}."#)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .tenant(let tenant): try values.encode(tenant, forKey: .tenant)
        case .plans(let plans): try values.encode(plans, forKey: .plans)
        }
    }

    /// nil for the plans.
    public var tenantName: TenantName? {
        switch self {
        case .tenant(let tenant): tenant.name
        case .plans: nil
        }
    }
}
