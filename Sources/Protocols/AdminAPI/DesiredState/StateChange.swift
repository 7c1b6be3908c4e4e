/// A change as it is shown and kept: without secrets.
public struct StateChange: Codable, Sendable, Hashable {
    public enum Kind: String, Codable, Sendable, CaseIterable {
        case plan, tenant, domain, domainAlias = "domain alias", user, mailbox = "shared mailbox", alias, group
    }
    public enum Action: String, Codable, Sendable, CaseIterable { case add, change, remove }

    public var kind: Kind
    public var name: String
    public var action: Action
    /// What is different; of something new, what is not as of anything new.
    public var fields: [ChangedField]

    public init(_ kind: Kind, _ name: String, _ action: Action, _ fields: [ChangedField] = []) {
        (self.kind, self.name, self.action, self.fields) = (kind, name, action, fields)
    }
}

public struct ChangedField: Codable, Sendable, Hashable {
    public var field: String
    /// Left out: it was not there, or was as of anything new.
    public var before: String?
    public var after: String?

    public init(_ field: String, _ before: String?, _ after: String?) { (self.field, self.before, self.after) = (field, before, after) }
}

extension StateChange {
    /// - Parameter tenant: whose settings may be among the changes.
    public init(_ change: TenantChange, of tenant: TenantName) {
        switch change {
        case .settings(let old, let new):
            self.init(.tenant, tenant.text, .change, Self.fields(old, new))
        case .domain(let name, let old, let new):
            self.init(.domain, name.text, Self.action(old, new), Self.fields(old, new))
        case .domainAlias(let name, let old, let new):
            self.init(.domainAlias, name.text, Self.action(old, new), [ChangedField("domain", old?.text, new?.text)])
        case .user(let address, let old, let new):
            let isShared = (new ?? old)?.members != nil
            self.init(isShared ? .mailbox : .user, address.text, Self.action(old, new), Self.fields(old, new))
        case .alias(let address, let old, let new):
            self.init(.alias, address.text, Self.action(old, new), [ChangedField("targets", old.map(Self.list), new.map(Self.list))])
        case .group(let address, let old, let new): self.init(.group, address.text, Self.action(old, new), Self.fields(old, new))
        }
    }

    init(adding tenant: TenantName, _ settings: TenantSettings) {
        self.init(.tenant, tenant.text, .add, Self.fields(TenantSettings(), settings))
    }

    public init(_ change: PlanChange) {
        self.init(
            .plan, change.name.text, Self.action(change.before, change.after),
            Self.fields(change.before ?? LimitSet(), change.after ?? LimitSet()))
    }

    private static func action(_ old: (some Any)?, _ new: (some Any)?) -> Action {
        old == nil ? .add : new == nil ? .remove : .change
    }

    private static func list(_ targets: [TargetAddress]) -> String { targets.map(\.text).joined(separator: ", ") }

    private static func fields(_ values: [(String, String?, String?)]) -> [ChangedField] {
        values.filter { $0.1 != $0.2 }.map { ChangedField($0.0, $0.1, $0.2) }
    }

    private static func fields(_ old: TenantSettings, _ new: TenantSettings) -> [ChangedField] {
        fields([("plan", old.plan.text, new.plan.text)]) + fields(old.quota, new.quota, at: .tenant) + fields(old.limits, new.limits)
            + fields(old.suspension, new.suspension)
    }

    /// Of one who goes nothing is told.
    private static func fields(_ old: UserSettings?, _ new: UserSettings?) -> [ChangedField] {
        guard let new else { return [] }
        let before = old ?? UserSettings()
        var result = fields(before.quota, new.quota, at: .user) + fields(before.limits, new.limits)
        result += fields(before.suspension, new.suspension)
        if before.password != new.password {
            let after = new.password == .none ? "none" : before.password == .none ? "set" : "another"
            result.append(ChangedField("password", before.password == .none ? "none" : "set", after))
        }
        if before.vacation != new.vacation {
            let isSame = before.vacation?.subject == new.vacation?.subject
            result.append(
                ChangedField("vacation", before.vacation?.subject, new.vacation.map { isSame ? "\($0.subject), otherwise" : $0.subject }))
        }
        result += fields([("forward", before.forward?.words, new.forward?.words)])
        return result + fields(before.members ?? [:], new.members ?? [:])
    }

    /// Of members, which may be many, who comes, leaves, or has other rights.
    private static func fields(_ old: [EmailAddress: SharedGrant], _ new: [EmailAddress: SharedGrant]) -> [ChangedField] {
        func list(_ members: [EmailAddress: SharedGrant]) -> String? {
            members.isEmpty ? nil : members.map { "\($0) (\($1.words))" }.sorted().joined(separator: ", ")
        }
        return fields([
            ("new members", nil, list(new.filter { old[$0.key] == nil })),
            ("members", list(old.filter { new[$0.key] != nil && new[$0.key] != $0.value }),
                list(new.filter { old[$0.key] != nil && old[$0.key] != $0.value })),
            ("gone members", nil, list(old.filter { new[$0.key] == nil })),
        ])
    }

    /// Of members, which may be many, who comes and who leaves.
    private static func fields(_ old: GroupSettings?, _ new: GroupSettings?) -> [ChangedField] {
        guard let new else { return [] }
        let before = old ?? GroupSettings(), was = Set(before.members), now = Set(new.members)
        func list(_ addresses: [TargetAddress]) -> String? { addresses.isEmpty ? nil : self.list(addresses) }
        return fields([
            ("posting", before.posting.rawValue, new.posting.rawValue), ("owners", list(before.owners), list(new.owners)),
            ("new members", nil, list(new.members.filter { !was.contains($0) })),
            ("gone members", nil, list(before.members.filter { !now.contains($0) })),
        ])
    }

    private static func fields(_ old: DomainSettings?, _ new: DomainSettings?) -> [ChangedField] {
        guard let new else { return [] }
        let old = old ?? DomainSettings()
        return fields(old.quota, new.quota, at: .domain)
            + fields([("mta-sts", old.mtaSTS.rawValue, new.mtaSTS.rawValue), ("dkim", old.keys.rawValue, new.keys.rawValue)])
    }

    private static func fields(_ old: StoredQuota, _ new: StoredQuota, at level: QuotaLevel) -> [ChangedField] {
        fields([
            ("quota", old.bytes.words { $0.description }, new.bytes.words { $0.description }),
            ("messages", old.messages.words { "\($0)" }, new.messages.words { "\($0)" }),
        ])
    }

    private static func fields(_ old: LimitSet, _ new: LimitSet) -> [ChangedField] {
        fields(LimitName.allCases.map { ($0.words, old.values[$0]?.shown(as: $0.kind), new.values[$0]?.shown(as: $0.kind)) })
    }

    private static func fields(_ old: StoredSuspension, _ new: StoredSuspension) -> [ChangedField] {
        func words(_ what: [Suspendable]) -> String { what.isEmpty ? "nothing" : what.map(\.rawValue).joined(separator: ", ") }
        return fields([("suspended", words(old.what), words(new.what)), ("reason", old.reason?.text, new.reason?.text)])
    }
}

extension LimitChange {
    fileprivate func words(_ number: (Value) -> String) -> String {
        switch self {
        case .unlimited: "unlimited"
        case .planned: "plan"
        case .to(let value): number(value)
        }
    }
}
