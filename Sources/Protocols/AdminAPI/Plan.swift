/// A class of service: a named set of limits. Each tenant has one.
public struct Plan: Codable, Sendable, Hashable {
    public var name: PlanName
    public var limits: LimitSet
    /// How many tenants have it.
    public var tenants: Int
    public var createdAt: Timestamp

    public init(name: PlanName, limits: LimitSet, tenants: Int, createdAt: Timestamp) {
        (self.name, self.limits, self.tenants, self.createdAt) = (name, limits, tenants, createdAt)
    }
}

public struct NewPlan: Codable, Sendable, Hashable {
    public var name: PlanName
    public var limits: LimitChanges

    public init(name: PlanName, limits: LimitChanges) { (self.name, self.limits) = (name, limits) }
}

/// The body of `PUT /tenants/{name}/plan`.
public struct PlanAssignment: Codable, Sendable, Hashable {
    public var plan: PlanName
    public init(plan: PlanName) { self.plan = plan }
}

/// The name of a plan, formed like a tenant's.
public struct PlanName: ValidatedText {
    public let text: String

    /// The plan of tenants that are made without another; it cannot be deleted.
    public static let standard = PlanName(checked: "default")

    public init(_ text: String) throws(AdminError) {
        do {
            self.text = try TenantName(text).text
        } catch {
            throw AdminError(
                .invalid, "\(quoted(text)) cannot name a plan.",
                hint: "Use a-z, 0-9 and hyphen, such as basic or gold-2; at most 63 of them.")
        }
    }

    private init(checked: String) { text = checked }
}
