/// Where a user's mail goes on to.
public struct Forward: Codable, Sendable, Hashable {
    public var address: EmailAddress
    public var tenant: TenantName
    /// In order.
    public var to: [TargetAddress]
    /// Whether the user keeps a copy.
    public var copy: Bool

    public init(address: EmailAddress, tenant: TenantName, to: [TargetAddress], copy: Bool) {
        (self.address, self.tenant, self.to, self.copy) = (address, tenant, to, copy)
    }
}

public struct NewForward: Codable, Sendable, Hashable {
    /// In order, each once; at most as many as an alias has.
    public let to: [TargetAddress]
    /// Left out: a copy is kept.
    public let copy: Bool

    public init(to: [TargetAddress], copy: Bool = true) { (self.to, self.copy) = (Set(to).sorted(), copy) }

    private enum CodingKeys: String, CodingKey { case to, copy }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            to: try values.decode([TargetAddress].self, forKey: .to), copy: try values.decodeIfPresent(Bool.self, forKey: .copy) ?? true)
    }

    /// - Throws: `AdminError` for what is wrong whatever else there is.
    public func validate() throws(AdminError) {
        guard (1...NewAlias.maximumTargets).contains(to.count) else {
            throw AdminError(.invalid, "A forward has 1 to \(NewAlias.maximumTargets) targets.")
        }
    }

    var words: String { to.map(\.text).joined(separator: ", ") + (copy ? ", a copy stays" : ", no copy stays") }
}

extension AdminError {
    /// - Parameter target: the user's own address, under any name of its domain.
    public static func forwardsToItself(_ address: EmailAddress, _ target: TargetAddress) -> AdminError {
        AdminError(
            .invalid, "\(target) is the user's own address\(target.text == address.text ? "" : ", \(address)").",
            hint: "A copy stays with the user, unless it is told not to; leave the address out.")
    }
}
