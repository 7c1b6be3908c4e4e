extension TenantState {
    /// Refuses groups that come, or get other members, and are then, through their members, in themselves, or lead deeper than mail is
    /// followed; and changes by which others lead deeper than that.
    /// - Parameter depth: how deep that is.
    public func requireNoCircles(after old: TenantState, depth: Int) throws(AdminError) {
        let changed = groups.filter { $1.members != old.groups[$0]?.members }.keys.sorted()
        let ways = ways, before = old.ways
        guard !changed.isEmpty || ways != before else { return }
        let deep = Self.deep(ways, beyond: depth)
        guard !deep.isEmpty else { return }
        let deeper = deep.subtracting(Self.deep(before, beyond: depth))
        guard let group = changed.first(where: { deep.contains($0.text) }) ?? groups.keys.filter({ deeper.contains($0.text) }).min() else {
            return
        }
        var reached: Set<String> = [], next = [group.text]
        while let name = next.popLast() {
            for way in ways[name] ?? [] where reached.insert(way).inserted { next.append(way) }
        }
        guard !reached.contains(group.text) else {
            throw AdminError(.conflict, "The group \(group) would be a member of itself, through its members.")
        }
        throw AdminError(
            .conflict, "The group \(group) would lead to others more than \(depth) deep.", hint: "Give it the members themselves.")
    }

    /// Of those that lead somewhere here, those that lead to one of these, and so on.
    private static func deep(_ ways: [String: [String]], beyond depth: Int) -> Set<String> {
        var deep = Set(ways.keys)
        for _ in 0..<depth where !deep.isEmpty {
            deep = deep.filter { name in ways[name]?.contains(where: deep.contains) == true }
        }
        return deep
    }

    /// An address of this tenant, by its domain's first name.
    func place(_ address: TargetAddress) -> String? {
        let domain = domainAliases[address.domain] ?? address.domain
        return domains[domain].map { _ in "\(address.localPart.lowercased())@\(domain)" }
    }

    /// Whom groups, aliases and users who forward lead to, of this tenant, by the domains' first names.
    private var ways: [String: [String]] {
        func here(_ addresses: [TargetAddress]) -> [String]? {
            let names = addresses.compactMap(place)
            return names.isEmpty ? nil : names
        }
        var ways: [String: [String]] = [:]
        for (address, user) in users { if let forward = user.forward { ways[address.text] = here(forward.to) } }
        for (address, targets) in aliases { ways[address.text] = here(targets) }
        for (address, group) in groups { ways[address.text] = here(group.members) }
        return ways
    }
}
