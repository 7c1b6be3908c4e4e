import Quantities

extension TenantState {
    /// Refuses what the plan does not allow, and more shared mailboxes than a user may open, of what would come or
    /// grow. What is there already may stay, whatever the plan says.
    /// - Parameter plan: the limits of the plan that the new state names.
    public static func requireAllowed(from old: TenantState, to new: TenantState, plan: LimitSet) throws(AdminError) {
        try new.requireFewMailboxes(after: old)
        var limits = plan
        limits.values.merge(new.settings.limits.values) { $1 }
        let counts: [(LimitName, Int, Int)] = [
            (.users, old.users.count, new.users.count), (.domains, old.domains.count, new.domains.count),
            (.aliases, old.aliases.count + old.groups.count, new.aliases.count + new.groups.count),
        ]
        for (name, before, after) in counts {
            guard let most = limits.values[name]?.number, after > before, after > most else { continue }
            throw AdminError(
                .conflict, "The tenant's plan allows \(most) \(name.rawValue), and there would be \(after).",
                hint: "Write another plan, or `limits` with \(name.rawValue) for the tenant.")
        }
        guard let most = limits.values[.largestUserQuota]?.number else { return }
        for (address, settings) in new.users where old.users[address]?.quota.bytes != settings.quota.bytes {
            guard case .to(let size) = settings.quota.bytes, size.octets > most else { continue }
            throw AdminError(
                .conflict, "The tenant's plan allows a user \(ByteCount(most)) at most, and \(address) would have \(size).",
                hint: "Write `limits` with largestUserQuota for the tenant.")
        }
    }
}
