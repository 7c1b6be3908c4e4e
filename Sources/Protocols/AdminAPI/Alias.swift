/// An address that leads to others. Its domain must exist here; its targets may be anywhere.
public struct Alias: Codable, Sendable, Hashable {
    public var address: AliasAddress
    public var tenant: TenantName
    public var targets: [TargetAddress]

    public init(address: AliasAddress, tenant: TenantName, targets: [TargetAddress]) {
        (self.address, self.tenant, self.targets) = (address, tenant, targets)
    }
}

public struct NewAlias: Codable, Sendable, Hashable {
    public var address: AliasAddress
    /// 1 to `maximumTargets`, without repetition.
    public var targets: [TargetAddress]

    public static let maximumTargets = 100

    public init(address: AliasAddress, targets: [TargetAddress]) { (self.address, self.targets) = (address, targets) }
}
