import Quantities

/// The body of a preview.
public struct ApplyPreviewRequest: Codable, Sendable, Hashable {
    public var desired: DesiredState
    public var prune: Bool?
    /// What is to be true of the plans before: of a tenant's preview alone.
    public var plans: [DesiredPlan]?

    public init(desired: DesiredState, prune: Bool? = nil, plans: [DesiredPlan]? = nil) {
        (self.desired, self.prune, self.plans) = (desired, prune, plans)
    }
}

/// What would be different, and what that would mean.
public struct ApplyPreview: Codable, Sendable, Hashable {
    /// nil for the plans.
    public var tenant: TenantName?
    /// The tenant is made first.
    public var isNewTenant: Bool
    public var changes: [StateChange]
    public var impact: ApplyImpact
    /// Of the state as it was looked at.
    public var fingerprint: String

    public init(tenant: TenantName?, isNewTenant: Bool, changes: [StateChange], impact: ApplyImpact, fingerprint: String) {
        (self.tenant, self.isNewTenant, self.changes, self.impact) = (tenant, isNewTenant, changes, impact)
        self.fingerprint = fingerprint
    }

    public var isEmpty: Bool { changes.isEmpty && !isNewTenant }
}

/// The body of an apply: what was previewed.
public struct ApplyRequest: Codable, Sendable, Hashable {
    public var desired: DesiredState
    public var prune: Bool?
    /// Of the preview: if the state is another one by now, nothing is done.
    public var fingerprint: String

    public init(desired: DesiredState, prune: Bool? = nil, fingerprint: String) {
        (self.desired, self.prune, self.fingerprint) = (desired, prune, fingerprint)
    }
}

/// The body of an undo.
public struct UndoRequest: Codable, Sendable, Hashable {
    public var fingerprint: String
    public init(fingerprint: String) { self.fingerprint = fingerprint }
}

/// What was done.
public struct Applied: Codable, Sendable, Hashable {
    /// By which it can be undone; nil when there was nothing to do.
    public var number: Int64?
    public var tenant: TenantName?
    public var changes: Int
    /// SHA-256 of the changes as they are kept with the number, in hexadecimal digits; the audit log has it too.
    public var digest: String?
    /// How many of each kind, such as `add user`.
    public var counts: [String: Int]?

    public init(number: Int64?, tenant: TenantName?, changes: Int, digest: String? = nil, counts: [String: Int]? = nil) {
        (self.number, self.tenant, self.changes) = (number, tenant, changes)
        (self.digest, self.counts) = (digest, counts)
    }
}

/// What a change means beyond itself.
public struct ApplyImpact: Codable, Sendable, Hashable {
    public var usersDeleted = 0
    public var domainsDeleted = 0
    /// With those users.
    public var messagesDeleted: Int64 = 0
    public var bytesDeleted = ByteCount.zero
    /// Of those users and domains, how many nothing keeps: they are destroyed at once.
    public var usersDestroyed = 0
    public var domainsDestroyed = 0
    /// Until when the others can be brought back; nil: until somebody destroys them, or there are none.
    public var keptUntil: Timestamp?
    /// The grace period is none: what is kept, a legal hold keeps.
    public var keptByHolds = false
    /// Aliases and groups that go by themselves, and are kept as long as the others.
    public var aliasesDeleted = 0, groupsDeleted = 0
    /// Domains that go, with keys of DKIM that sign.
    public var keysGone: [String] = []
    /// Domain aliases that go, with keys of DKIM that sign: those are destroyed.
    public var keysDestroyed: [String] = []
    /// Tenants, domains and users that would use more than their quota, and do not yet.
    public var overQuota: [String] = []
    /// Aliases that stay, of whose targets in the tenant one would go.
    public var brokenAliases: [String] = []
    /// Users who forward, of whose targets in the tenant one would go.
    public var brokenForwards: [String] = []
    /// Groups that stay, of whose members or owners in the tenant one would go.
    public var brokenGroups: [String] = []
    /// What keeps others from fetching policies on TLS that come into force, or mail from coming under them: sentences.
    public var policyWarnings: [String] = []
    /// nil when the gateway did not tell.
    public var sessionsEnded: Int? = 0
    /// Of an undo: users who come back as they were, with their mail.
    public var usersBack: [String] = []
    /// And users who are made again, for they were destroyed meanwhile.
    public var usersBackEmpty: [String] = []
    /// And users who stay deleted, for somebody else has their address by now.
    public var usersSucceeded: [String] = []
    /// And users who stay as they are, for they have the address of somebody whom the apply made, changed or deleted, and are not them.
    public var usersLeftAlone: [String] = []
    /// And domains with keys of DKIM that wait and are not the apply's: those stay.
    public var keysLeft: [String] = []
    /// And domains whose keys of DKIM the apply made, and that sign by now: those stay too.
    public var keysSigning: [String] = []
    /// And whether the tenant, which the apply made, is deleted with all that is in it; and nothing keeps it then.
    public var tenantDeleted = false, tenantDestroyed = false
    /// And whether it comes back, with all that is in it.
    public var tenantBack = false
    /// And why the tenant stays, which the apply made: a sentence.
    public var tenantStays: String?

    public init() {}
}

/// One apply, as `applies` lists it.
public struct ApplyRecord: Codable, Sendable, Hashable {
    public var number: Int64
    /// nil for the plans.
    public var tenant: TenantName?
    public var by: String
    public var at: Timestamp
    public var added: Int
    public var changed: Int
    public var removed: Int
    /// Of an undo: of what.
    public var undoes: Int64?
    /// The last one that undid it.
    public var undoneBy: Int64?

    public init(
        number: Int64, tenant: TenantName?, by: String, at: Timestamp, added: Int, changed: Int, removed: Int, undoes: Int64?,
        undoneBy: Int64?
    ) {
        (self.number, self.tenant, self.by, self.at) = (number, tenant, by, at)
        (self.added, self.changed, self.removed, self.undoes, self.undoneBy) = (added, changed, removed, undoes, undoneBy)
    }
}

/// The number of an apply.
public struct ApplyNumber: ValidatedText {
    public let number: Int64
    public var text: String { String(number) }

    public init(_ text: String) throws(AdminError) {
        guard let number = Int64(text), number > 0, String(number) == text else {
            throw AdminError(.invalid, "\(quoted(text)) is not the number of an apply.", hint: "`applies` lists them.")
        }
        self.number = number
    }
}
