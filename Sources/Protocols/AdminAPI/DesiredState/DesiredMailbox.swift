/// How a shared mailbox is to be. What is left out stays as it is; of a new one it is as of any new one.
public struct DesiredMailbox: Codable, Sendable, Hashable {
    public var address: EmailAddress
    public var quota: QuotaChange?
    public var limits: LimitChanges?
    public var suspended: [Suspendable]?
    public var suspensionReason: SuspensionReason?
    /// All of them: who is not here is no member any more.
    public var members: [SharedMember]?
    /// Of an inverse: it is changed if it is there, and not made.
    public var ifThere: Bool?
    /// Of an inverse: it is made, or comes back. Whoever has the address by then is somebody else, and stays as they are.
    public var ifAbsent: Bool?

    public init(
        address: EmailAddress, quota: QuotaChange? = nil, limits: LimitChanges? = nil, suspended: [Suspendable]? = nil,
        suspensionReason: SuspensionReason? = nil, members: [SharedMember]? = nil
    ) {
        (self.address, self.quota, self.limits, self.suspended) = (address, quota, limits, suspended)
        (self.suspensionReason, self.members) = (suspensionReason, members)
    }

    /// What is wrong whatever there is.
    func validate() throws(AdminError) {
        try quota?.validate(at: .user)
        try limits?.validate(for: .user)
        guard let members else { return }
        guard members.count <= SharedMailbox.maximumMembers else {
            throw AdminError(.invalid, "The shared mailbox \(address) would have more than \(SharedMailbox.maximumMembers) members.")
        }
        guard Set(members.map(\.address)).count == members.count else {
            throw AdminError(.invalid, "A member of the shared mailbox \(address) is written twice.", hint: "Write each once.")
        }
    }
}

/// What a member of a shared mailbox may do.
public struct SharedGrant: Sendable, Hashable {
    public var rights: SharedRights
    public var sends: Bool

    public init(rights: SharedRights, sends: Bool) { (self.rights, self.sends) = (rights, sends) }

    public var words: String { rights.rawValue + (sends ? ", sends" : "") }
}

extension UserSettings {
    /// What begins a sentence on it, behind an article.
    var kind: String { members == nil ? "user" : "shared mailbox" }

    /// - Parameter successors: they have addresses that the inverse names, and are somebody else.
    func reaching(_ desired: DesiredMailbox, prune: Bool, but successors: Set<EmailAddress>) -> UserSettings {
        let written = desired.members.map { list in
            list.filter { !successors.contains($0.address) }.map { ($0.address, SharedGrant(rights: $0.rights, sends: $0.sends)) }
        }
        return UserSettings(
            quota: quota.changed(by: desired.quota), limits: limits.reaching(desired.limits, prune: prune),
            suspension: desired.suspended.map { StoredSuspension(what: $0, reason: desired.suspensionReason) } ?? suspension,
            vacation: vacation, members: written.map { Dictionary($0, uniquingKeysWith: { first, _ in first }) } ?? members ?? [:])
    }

    /// As lists show them, by address.
    public var memberList: [SharedMember]? {
        members.map { members in
            members.sorted { $0.key < $1.key }.map { SharedMember(address: $0, rights: $1.rights, sends: $1.sends) }
        }
    }
}

extension TenantState {
    /// Users become no shared mailboxes, nor the other way round: there would be a login, or mail, of somebody else.
    func require(_ address: EmailAddress, isShared: Bool) throws(AdminError) {
        guard let there = users[address], (there.members != nil) != isShared else { return }
        throw AdminError(
            .conflict, "\(address) is a \(there.kind).",
            hint: isShared ? "Delete the user first, or choose another address." : "`mailbox show \(address)` shows it.")
    }

    /// Refuses who would open too many; who does already may go on.
    func requireFewMailboxes(after old: TenantState) throws(AdminError) {
        let before = old.mailboxesPerMember
        let over = mailboxesPerMember.filter { $1 > SharedMailbox.maximumPerMember && $1 > before[$0] ?? 0 }
        guard let member = over.keys.min() else { return }
        throw AdminError.tooManyMailboxes(of: member)
    }

    private var mailboxesPerMember: [EmailAddress: Int] {
        Dictionary(users.values.flatMap { ($0.members ?? [:]).keys.map { ($0, 1) } }, uniquingKeysWith: +)
    }

    /// Who goes is no member any more.
    /// - Parameter written: of a file: members who are no users are refused there.
    mutating func settleMembers(_ written: [DesiredMailbox]) throws(AdminError) {
        for mailbox in written {
            for member in mailbox.members ?? [] where users[member.address].map({ $0.members != nil }) ?? true {
                throw AdminError(
                    .invalid, "\(member.address) is no user of the tenant, and would be a member of the shared mailbox \(mailbox.address).",
                    hint: "Members are users of the tenant.")
            }
        }
        for (address, settings) in users {
            guard let members = settings.members else { continue }
            let left = members.filter { member, _ in users[member].map { $0.members == nil } ?? false }
            if left.count != members.count { users[address]?.members = left }
        }
    }
}

extension AdminError {
    public static func tooManyMailboxes(of member: EmailAddress) -> AdminError {
        AdminError(
            .conflict, "\(member) would open more than \(SharedMailbox.maximumPerMember) shared mailboxes, which are the most of a user.",
            hint: "Fewer mailboxes with folders in them do the same.")
    }
}

extension DesiredMailbox {
    /// What was different before.
    /// - Parameter new: nil: the mailbox is gone, and all of it comes again.
    init(_ address: EmailAddress, _ old: UserSettings, after new: UserSettings?) {
        self.init(address: address)
        if new != nil { ifThere = true } else { ifAbsent = true }
        let new = new ?? UserSettings(members: [:])
        quota = old.quota.difference(from: new.quota)
        limits = old.limits.difference(from: new.limits)
        if old.suspension != new.suspension { (suspended, suspensionReason) = (old.suspension.what, old.suspension.reason) }
        if old.members != new.members { members = old.memberList }
    }
}
