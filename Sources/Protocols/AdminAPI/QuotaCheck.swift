import Quantities

/// What the counters say, held against the messages that are stored, in one snapshot of the database.
public struct QuotaCheck: Codable, Sendable, Hashable {
    /// How many counters of each level were compared.
    public struct Compared: Codable, Sendable, Hashable {
        public var users: Int, domains: Int, tenants: Int
        public init(users: Int, domains: Int, tenants: Int) { (self.users, self.domains, self.tenants) = (users, domains, tenants) }
    }

    public var compared: Compared
    /// Those that differ; with `all`, every one. Tenants first, then their domains, then users, each by name.
    public var levels: [QuotaComparison]
    /// True when the counters that are listed as different have been set right since.
    public var repaired: Bool

    public init(compared: Compared, levels: [QuotaComparison], repaired: Bool = false) {
        (self.compared, self.levels, self.repaired) = (compared, levels, repaired)
    }

    public var differing: Int { levels.count { !$0.agrees } }
    /// Whether all counters are right now.
    public var holds: Bool { repaired || differing == 0 }
}

/// One counter and its recount.
public struct QuotaComparison: Codable, Sendable, Hashable {
    public var level: QuotaLevel
    /// The tenant's name, the domain, or the address.
    public var name: String
    public var tenant: TenantName
    /// What the counter says: what quotas are held against.
    public var counted: Usage
    /// What the messages sum up to.
    public var recounted: Usage
    /// `counted` less `recounted`: above zero, room is withheld; below, a limit can be passed.
    public var difference: Usage

    public init(level: QuotaLevel, name: String, tenant: TenantName, counted: Usage, recounted: Usage) {
        (self.level, self.name, self.tenant, self.counted, self.recounted) = (level, name, tenant, counted, recounted)
        difference = Usage(
            bytes: ByteCount(counted.bytes.octets - recounted.bytes.octets), messages: counted.messages - recounted.messages)
    }

    public var agrees: Bool { difference == .none }
}

/// The body of `POST /quota-checks`: which counters to compare and to set right.
public struct QuotaRepair: Codable, Sendable, Hashable {
    /// Left out: those of all tenants.
    public var target: QuotaTarget?

    public init(target: QuotaTarget?) { self.target = target }
}
