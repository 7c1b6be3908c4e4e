/// How a group is to be. What is left out stays as it is; of a new one it is as of any new group.
public struct DesiredGroup: Codable, Sendable, Hashable {
    public var address: EmailAddress
    public var posting: PostingRule?
    /// All of them, in their order.
    public var owners: [TargetAddress]?
    /// All of them: who is not here is no member any more.
    public var members: [TargetAddress]?
    /// Of an inverse: it is changed if it is there, and not made.
    public var ifThere: Bool?

    public init(
        address: EmailAddress, posting: PostingRule? = nil, owners: [TargetAddress]? = nil, members: [TargetAddress]? = nil,
        ifThere: Bool? = nil
    ) {
        (self.address, self.posting, self.owners, self.members) = (address, posting, owners, members)
        self.ifThere = ifThere
    }

    /// What is wrong whatever there is.
    func validate() throws(AdminError) {
        for (list, most, noun) in [(owners, Group.maximumOwners, "owners"), (members, Group.maximumMembers, "members")] {
            guard let list, list.count > most else { continue }
            throw AdminError(.invalid, "The group \(address) would have more than \(most) \(noun).")
        }
    }
}

/// A group as somebody made it.
public struct GroupSettings: Sendable, Hashable {
    public var posting: PostingRule
    public var owners: [TargetAddress]
    /// In order. In whatever case an address is written, it is one member.
    public private(set) var members: [TargetAddress]

    public init(posting: PostingRule = .anyone, owners: [TargetAddress] = [], members: [TargetAddress] = []) {
        var known: Set<[UInt8]> = []
        (self.posting, self.owners) = (posting, owners)
        self.members = members.sorted().filter { known.insert(Array($0.text.lowercased().utf8)).inserted }
    }

    func reaching(_ desired: DesiredGroup) -> GroupSettings {
        GroupSettings(posting: desired.posting ?? posting, owners: desired.owners ?? owners, members: desired.members ?? members)
    }
}

extension DesiredGroup {
    /// What was different before.
    /// - Parameter new: nil: the group is gone, and all of it comes again.
    init(_ address: EmailAddress, _ old: GroupSettings, after new: GroupSettings?) {
        self.init(
            address: address, posting: old.posting == new?.posting ? nil : old.posting,
            owners: old.owners == new?.owners ? nil : old.owners, members: old.members == new?.members ? nil : old.members,
            ifThere: new.map { _ in true })
    }
}
