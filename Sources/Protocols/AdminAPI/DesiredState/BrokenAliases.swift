extension TenantState {
    /// Aliases that are there in both states, or come, and lead to an address of the tenant that was there and would go.
    public static func brokenAliases(from old: TenantState, to new: TenantState) -> [AliasAddress] {
        new.aliases.filter { _, targets in targets.contains { old.has($0) && !new.has($0) } }.map(\.key).sorted()
    }

    /// Users who forward in the new state to an address of the tenant that was there and would go.
    public static func brokenForwards(from old: TenantState, to new: TenantState) -> [EmailAddress] {
        new.users.filter { _, user in user.forward?.to.contains { old.has($0) && !new.has($0) } == true }.map(\.key).sorted()
    }

    /// Groups that are there in both states, or come, and lose a member or an owner of the tenant so.
    public static func brokenGroups(from old: TenantState, to new: TenantState) -> [EmailAddress] {
        new.groups.filter { _, group in (group.members + group.owners).contains { old.has($0) && !new.has($0) } }.map(\.key).sorted()
    }

    /// Whether mail to the address finds somebody here.
    private func has(_ target: TargetAddress) -> Bool {
        let domain = domainAliases[target.domain] ?? target.domain
        guard domains[domain] != nil else { return false }
        let names = [try? EmailAddress("\(target.localPart)@\(domain)")].compactMap(\.self)
        if names.contains(where: { users[$0] != nil || groups[$0] != nil }) { return true }
        return (names.map(\.text) + ["@\(domain)"]).contains { name in (try? AliasAddress(name)).map { aliases[$0] != nil } ?? false }
    }
}
