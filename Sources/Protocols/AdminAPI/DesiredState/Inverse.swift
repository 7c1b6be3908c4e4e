extension DesiredTenant {
    /// What makes a tenant again what it was before the changes, as far as they went: all else stays as it is when that is applied.
    /// - Parameters:
    ///   - numbers: of the users as they are afterwards, and of those who are gone as they were.
    ///   - fate: what became of the tenant itself with the changes.
    public init(
        inverting changes: [TenantChange], of name: TenantName, numbers: [EmailAddress: Int64] = [:], fate: TenantFate = .stays
    ) {
        self.init(name: name)
        var gone = GoneFromTenant(tenant: fate == .made || fate == .comesBack)
        var domainAliases: [DomainName: DomainName] = [:]
        for change in changes {
            switch change {
            case .settings(let old, let new): invert(old, new)
            case .domain(let name, nil, _): gone.domains.append(name)
            case .domain(let name, let old?, let new): domains.append(DesiredDomain(name, old, after: new))
            case .domainAlias(let name, nil, _): if domainAliases[name] == nil { gone.domainAliases.append(name) }
            case .domainAlias(let name, let old?, _): domainAliases[name] = old
            case .user(let address, nil, _): gone.users.append(address)
            case .user(let address, let old?, let new) where old.members != nil:
                mailboxes.append(DesiredMailbox(address, old, after: new))
            case .user(let address, let old?, let new): users.append(DesiredUser(address, old, after: new))
            case .alias(let address, nil, _): gone.aliases.append(address)
            case .alias(let address, let old?, let new):
                aliases.append(DesiredAlias(address: address, targets: old, ifThere: new.map { _ in true }))
            case .group(let address, nil, _): gone.groups.append(address)
            case .group(let address, let old?, let new): groups.append(DesiredGroup(address, old, after: new))
            }
        }
        let names = domainAliases.map { DomainAlias(name: $0, domain: $1) }.sorted { $0.name < $1.name }
        self.domainAliases = names.isEmpty ? nil : names
        self.gone = gone
        let named = numbers.map { (Self.key(of: $0.key), $0.value) }
        userNumbers = named.isEmpty ? nil : Dictionary(named, uniquingKeysWith: { first, _ in first })
    }

    /// Who has the address of a user whom it names, and is somebody else.
    /// - Parameter numbers: of all users of the tenant.
    public func successors(among numbers: [EmailAddress: Int64]) -> Set<EmailAddress> {
        guard let userNumbers else { return [] }
        return Set(
            numbers.filter { address, number in
                (userNumbers[Self.key(of: address)] ?? userNumbers[address.text]).map { $0 != number } ?? false
            }.keys)
    }

    /// In ASCII: beyond it addresses that look the same would be one key. Older applies have the address itself.
    private static func key(of address: EmailAddress) -> String {
        address.text.utf8.allSatisfy { $0 < 0x80 } ? address.text : PercentEncoding.encode(address.text)
    }

    private mutating func invert(_ old: TenantSettings, _ new: TenantSettings) {
        plan = old.plan == new.plan ? nil : old.plan
        quota = old.quota.difference(from: new.quota)
        limits = old.limits.difference(from: new.limits)
        if old.suspension != new.suspension { (suspended, suspensionReason) = (old.suspension.what, old.suspension.reason) }
    }
}

extension DesiredDomain {
    /// - Parameter new: nil: the domain is gone, and all of it comes again.
    fileprivate init(_ name: DomainName, _ old: DomainSettings, after new: DomainSettings?) {
        let quota = new.map { old.quota.difference(from: $0.quota) } ?? QuotaChange(old.quota)
        let dkim: Bool? = old.keys == (new?.keys ?? .absent) ? nil : old.keys != .absent
        self.init(
            name: name, quota: quota, mtaSTS: old.mtaSTS == new?.mtaSTS ? nil : old.mtaSTS, dkim: dkim, ifThere: new.map { _ in true })
    }
}

extension DesiredUser {
    /// - Parameter new: nil: the user is gone, and all of it comes again.
    fileprivate init(_ address: EmailAddress, _ old: UserSettings, after new: UserSettings?) {
        self.init(address: address)
        if new != nil { ifThere = true } else { ifAbsent = true }
        let new = new ?? UserSettings()
        quota = old.quota.difference(from: new.quota)
        limits = old.limits.difference(from: new.limits)
        if old.suspension != new.suspension { (suspended, suspensionReason) = (old.suspension.what, old.suspension.reason) }
        if old.vacation != new.vacation { vacation = DesiredVacation(old.vacation) }
        if old.forward != new.forward { forward = DesiredForward(old.forward) }
        if old.password != new.password { (password, passwordChangeBy) = (old.password, old.passwordChangeBy) }
    }
}
