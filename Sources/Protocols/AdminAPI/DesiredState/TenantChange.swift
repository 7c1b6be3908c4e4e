/// One thing of a tenant before and after. nil: it is not there.
public enum TenantChange: Sendable, Hashable {
    case settings(TenantSettings, TenantSettings)
    case domain(DomainName, DomainSettings?, DomainSettings?)
    case domainAlias(DomainName, DomainName?, DomainName?)
    case user(EmailAddress, UserSettings?, UserSettings?)
    case alias(AliasAddress, [TargetAddress]?, [TargetAddress]?)
    case group(EmailAddress, GroupSettings?, GroupSettings?)
}

extension TenantState {
    /// What makes the one state the other, in an order in which it can be done: what goes, from the inside out; the tenant's settings,
    /// whose plan may allow what follows; what comes or changes, from the outside in.
    public static func changes(from old: TenantState, to new: TenantState) -> [TenantChange] {
        var changes: [TenantChange] = []
        for (address, targets) in sorted(old.aliases) where new.aliases[address] == nil { changes.append(.alias(address, targets, nil)) }
        for (address, group) in sorted(old.groups) where new.groups[address] == nil { changes.append(.group(address, group, nil)) }
        for (address, settings) in sorted(old.users) where new.users[address] == nil { changes.append(.user(address, settings, nil)) }
        // One that changes hands goes first and comes again, for its old domain may go.
        for (name, domain) in sorted(old.domainAliases) where new.domainAliases[name] != domain {
            changes.append(.domainAlias(name, domain, nil))
        }
        for (name, settings) in sorted(old.domains) where new.domains[name] == nil { changes.append(.domain(name, settings, nil)) }
        if old.settings != new.settings { changes.append(.settings(old.settings, new.settings)) }
        for (name, settings) in sorted(new.domains) where old.domains[name] != settings {
            changes.append(.domain(name, old.domains[name], settings))
        }
        for (name, domain) in sorted(new.domainAliases) where old.domainAliases[name] != domain {
            changes.append(.domainAlias(name, nil, domain))
        }
        for (address, settings) in sorted(new.users) where old.users[address] != settings {
            changes.append(.user(address, old.users[address], settings))
        }
        for (address, targets) in sorted(new.aliases) where old.aliases[address] != targets {
            changes.append(.alias(address, old.aliases[address], targets))
        }
        for (address, group) in sorted(new.groups) where old.groups[address] != group {
            changes.append(.group(address, old.groups[address], group))
        }
        return changes
    }

    public mutating func apply(_ change: TenantChange) {
        switch change {
        case .settings(_, let new): settings = new
        case .domain(let name, _, let new): domains[name] = new
        case .domainAlias(let name, _, let new): domainAliases[name] = new
        case .user(let address, _, let new): users[address] = new
        case .alias(let address, _, let new): aliases[address] = new
        case .group(let address, _, let new): groups[address] = new
        }
    }

    private static func sorted<Name: ValidatedText, Value>(_ values: [Name: Value]) -> [(key: Name, value: Value)] {
        values.sorted { $0.key.text < $1.key.text }
    }
}
