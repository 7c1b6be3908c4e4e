/// A limit as it holds for a tenant or a user, and what makes it so.
public struct EffectiveLimit: Codable, Sendable, Hashable {
    public var name: LimitName
    public var value: LimitValue
    public var source: LimitSource

    public init(name: LimitName, value: LimitValue, source: LimitSource) {
        (self.name, self.value, self.source) = (name, value, source)
    }
}

/// Where a limit comes from.
public enum LimitSource: Codable, Sendable, Hashable, CustomStringConvertible {
    /// Nobody set one.
    case nobody
    /// `casella.json`, or what holds without it.
    case configuration
    case plan(PlanName), tenant(TenantName), user(EmailAddress), domain(DomainName)

    public var description: String {
        switch self {
        case .nobody: "not limited"
        case .configuration: "casella.json"
        case .plan(let name): "plan \(name)"
        case .tenant(let name): "tenant \(name)"
        case .domain(let name): "domain \(name)"
        case .user(let address): "user \(address)"
        }
    }

    /// In JSON as people read it: `plan basic`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        let words = text.split(separator: " ", maxSplits: 1).map(String.init)
        switch (words.first, words.last) {
        case ("plan", let name?): self = .plan(try PlanName(name))
        case ("tenant", let name?): self = .tenant(try TenantName(name))
        case ("domain", let name?): self = .domain(try DomainName(name))
        case ("user", let name?): self = .user(try EmailAddress(name))
        case ("casella.json", _): self = .configuration
        default: self = .nobody
        }
    }
}

/// The answer to `GET /limits/{target}`.
public struct LimitReport: Codable, Sendable, Hashable {
    public var target: QuotaTarget
    public var plan: PlanName
    public var limits: [EffectiveLimit]

    public init(target: QuotaTarget, plan: PlanName, limits: [EffectiveLimit]) {
        (self.target, self.plan, self.limits) = (target, plan, limits)
    }
}
