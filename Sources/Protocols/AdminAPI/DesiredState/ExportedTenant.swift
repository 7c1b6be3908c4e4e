extension DesiredTenant {
    /// All of the state: applied, even with `--prune`, it changes nothing. Passwords are not in it, and so stay as they are; and of who is
    /// not away or forwards nothing, and of what has no keys, it does not say so.
    public init(exporting state: TenantState, of name: TenantName) {
        let names = Dictionary(grouping: state.domainAliases.keys) { state.domainAliases[$0] }
        let settings = state.settings
        self.init(
            name: name, plan: settings.plan, quota: QuotaChange(settings.quota), limits: LimitChanges(settings.limits.values),
            suspended: settings.suspension.what, suspensionReason: settings.suspension.reason,
            domains: state.domains.map { domain, settings in
                DesiredDomain(
                    name: domain, quota: QuotaChange(settings.quota), aliases: (names[domain] ?? []).sorted(), mtaSTS: settings.mtaSTS,
                    dkim: settings.keys == .absent ? nil : true)
            }.sorted { $0.name < $1.name },
            users: state.users.filter { $0.value.members == nil }.map { address, user in
                DesiredUser(
                    address: address, quota: QuotaChange(user.quota), limits: LimitChanges(user.limits.values),
                    suspended: user.suspension.what, suspensionReason: user.suspension.reason,
                    vacation: user.vacation.map { .away(as: $0) }, forward: user.forward.map { .on($0) })
            }.sorted { $0.address.isBefore($1.address) },
            aliases: state.aliases.map { DesiredAlias(address: $0, targets: $1) }.sorted { $0.address < $1.address },
            groups: state.groups.map { address, group in
                DesiredGroup(address: address, posting: group.posting, owners: group.owners, members: group.members)
            }.sorted { $0.address.isBefore($1.address) })
        mailboxes = state.users.filter { $0.value.members != nil }.map { address, mailbox in
            DesiredMailbox(
                address: address, quota: QuotaChange(mailbox.quota), limits: LimitChanges(mailbox.limits.values),
                suspended: mailbox.suspension.what, suspensionReason: mailbox.suspension.reason, members: mailbox.memberList)
        }.sorted { $0.address.isBefore($1.address) }
    }
}

extension QuotaChange {
    init(_ quota: StoredQuota) { self.init(bytes: quota.bytes, messages: quota.messages) }
}

extension EmailAddress {
    /// By domain, then by name.
    fileprivate func isBefore(_ other: EmailAddress) -> Bool { (domain.text, localPart) < (other.domain.text, other.localPart) }
}
