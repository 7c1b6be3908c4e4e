extension TenantState {
    /// What the tenant is to be once it is as `desired` says.
    /// - Parameter prune: what `desired` does not name is not to be there: domains, their aliases, users, shared mailboxes, aliases,
    ///   groups, and of limits that it gives, the others. Settings that it leaves out stay.
    /// - Parameter numbers: of the users: an inverse leaves alone who is not one of its own.
    /// - Throws: `AdminError` for what cannot be, whatever the plan says.
    public func reaching(
        _ desired: DesiredTenant, prune: Bool, numbers: [EmailAddress: Int64] = [:]
    ) throws(AdminError) -> TenantState {
        try desired.validate()
        var goal = self
        goal.settings = settings.reaching(desired, prune: prune)
        if prune { goal.keep(only: desired) }
        let successors = desired.successors(among: numbers)
        goal.take(away: desired.gone ?? GoneFromTenant(), but: successors)
        for domain in desired.domains where domain.ifThere != true || domains[domain.name] != nil {
            goal.domains[domain.name] = (domains[domain.name] ?? DomainSettings()).reaching(domain)
        }
        goal.rename(desired)
        for user in desired.users where (users[user.address] == nil ? user.ifThere : user.ifAbsent) != true {
            guard !successors.contains(user.address) else { continue }
            try require(user.address, isShared: false)
            goal.users[user.address] = (users[user.address] ?? UserSettings()).reaching(user, prune: prune)
        }
        for mailbox in desired.mailboxes where (users[mailbox.address] == nil ? mailbox.ifThere : mailbox.ifAbsent) != true {
            guard !successors.contains(mailbox.address) else { continue }
            try require(mailbox.address, isShared: true)
            goal.users[mailbox.address] = (users[mailbox.address] ?? UserSettings(members: [:]))
                .reaching(mailbox, prune: prune, but: successors)
        }
        try goal.settleMembers(desired.gone == nil ? desired.mailboxes : [])
        for alias in desired.aliases where alias.ifThere != true || aliases[alias.address] != nil {
            goal.aliases[alias.address] = Set(alias.targets).sorted()
        }
        for group in desired.groups where group.ifThere != true || groups[group.address] != nil {
            goal.groups[group.address] = (groups[group.address] ?? GroupSettings()).reaching(group)
        }
        try goal.validate(beside: self)
        return goal
    }

    /// A domain's aliases stay where it is written, and they are not.
    private mutating func keep(only desired: DesiredTenant) {
        let kept = Set(desired.domains.filter { $0.aliases == nil }.map(\.name))
        domainAliases = domainAliases.filter { kept.contains($0.value) }
        (domains, users, aliases, groups) = ([:], [:], [:], [:])
    }

    private mutating func take(away gone: GoneFromTenant, but successors: Set<EmailAddress>) {
        for name in gone.domains { domains[name] = nil }
        for name in gone.domainAliases { domainAliases[name] = nil }
        for address in gone.users where !successors.contains(address) { users[address] = nil }
        for address in gone.aliases { aliases[address] = nil }
        for address in gone.groups { groups[address] = nil }
    }

    /// A domain's aliases that are written are all that it has.
    private mutating func rename(_ desired: DesiredTenant) {
        let listed = Set(desired.domains.filter { $0.aliases != nil }.map(\.name))
        if !listed.isEmpty { domainAliases = domainAliases.filter { !listed.contains($0.value) } }
        for domain in desired.domains {
            for name in domain.aliases ?? [] { domainAliases[name] = domain.name }
        }
        for alias in desired.domainAliases ?? [] { domainAliases[alias.name] = alias.domain }
    }

    /// What no tenant can be.
    private func validate(beside current: TenantState) throws(AdminError) {
        for (name, domain) in domainAliases {
            guard domains[domain] != nil else {
                throw AdminError(
                    .conflict, "The domain \(domain) would go, and \(name) is an alias of it.", hint: "Take the alias away too.")
            }
            guard domains[name] == nil else { throw AdminError(.conflict, "\(name) would be a domain and an alias of \(domain).") }
        }
        for (address, user) in users {
            guard domains[address.domain] != nil else { throw Self.homeless(address.text, address.domain, current) }
            if let alias = try? AliasAddress(address.text), aliases[alias] != nil {
                throw AdminError(
                    .conflict, "\(address) would be a \(user.kind) and an alias.",
                    hint: "What the file does not name is taken away with --prune alone.")
            }
            // One who had it so before may have got the address since.
            guard user.forward != current.users[address]?.forward else { continue }
            if let itself = user.forward?.to.first(where: { place($0) == address.text }) {
                throw AdminError.forwardsToItself(address, itself)
            }
        }
        for address in aliases.keys {
            guard domains[address.domain] != nil else { throw Self.homeless(address.text, address.domain, current) }
        }
        for (address, group) in groups {
            guard domains[address.domain] != nil else { throw Self.homeless(address.text, address.domain, current) }
            let alias = (try? AliasAddress(address.text)).flatMap { aliases[$0] }
            guard users[address] == nil, alias == nil else {
                throw AdminError(
                    .conflict, "\(address) would be a group and \(alias == nil ? "a \(users[address]?.kind ?? "user")" : "an alias").",
                    hint: "What the file does not name is taken away with --prune alone.")
            }
            // One who was an owner before may have lost the domain since.
            guard group.owners != current.groups[address]?.owners else { continue }
            if let stranger = group.owners.first(where: { domains[domainAliases[$0.domain] ?? $0.domain] == nil }) {
                throw AdminError(
                    .invalid, "\(stranger) is no address of the tenant, and would be an owner of the group \(address).",
                    hint: "Owners are users or aliases of the tenant.")
            }
        }
    }

    private static func homeless(_ address: String, _ domain: DomainName, _ current: TenantState) -> AdminError {
        current.domains[domain] == nil
            ? AdminError(.notFound, "\(address) has no domain: the tenant has no \(domain).", hint: "Write the domain too.")
            : AdminError(.conflict, "The domain \(domain) would go, and \(address) is there.", hint: "Write the domain too.")
    }
}

extension TenantSettings {
    fileprivate func reaching(_ desired: DesiredTenant, prune: Bool) -> TenantSettings {
        TenantSettings(
            plan: desired.plan ?? plan, quota: quota.changed(by: desired.quota), limits: limits.reaching(desired.limits, prune: prune),
            suspension: desired.suspended.map { StoredSuspension(what: $0, reason: desired.suspensionReason) } ?? suspension)
    }
}

extension UserSettings {
    fileprivate func reaching(_ desired: DesiredUser, prune: Bool) -> UserSettings {
        let isOther = desired.password.map { $0 != password } ?? false
        return UserSettings(
            quota: quota.changed(by: desired.quota), limits: limits.reaching(desired.limits, prune: prune),
            suspension: desired.suspended.map { StoredSuspension(what: $0, reason: desired.suspensionReason) } ?? suspension,
            password: desired.password ?? password, passwordChangeBy: isOther ? desired.passwordChangeBy : passwordChangeBy,
            vacation: desired.vacation.map(\.settings) ?? vacation, forward: desired.forward.map(\.settings) ?? forward)
    }
}

extension LimitSet {
    /// - Parameter prune: limits that are not named go, if any are to be as they are written.
    func reaching(_ changes: LimitChanges?, prune: Bool) -> LimitSet {
        guard let changes else { return self }
        var result = prune ? LimitSet() : self
        result.apply(changes)
        return result
    }

    /// What was different before.
    func difference(from after: LimitSet) -> LimitChanges? {
        var changes: [LimitName: LimitValue?] = [:]
        for name in Set(values.keys).union(after.values.keys) where values[name] != after.values[name] {
            changes[name] = .some(values[name])
        }
        return changes.isEmpty ? nil : LimitChanges(changes)
    }
}
