import Runtime

/// From an address, under whichever name of its domain, to mailboxes: the user of that name; else, without `+detail`, the user
/// before it (RFC 5233); else the domain's catch-all. An alias adds its targets beside the user of the same name, if there is one.
extension Directory {
    /// Where mail for an address goes. The local part as text, quotes removed; the domain as A-labels in any case.
    package func resolve(localPart: String, domain: String) async throws(StoreError) -> Resolution {
        let domain = domain.lowercased()
        guard try await self.domain(named: domain) != nil else { return .notLocal }
        var search = AddressSearch()
        try await follow(localPart, domain, depth: 0, &search)
        return search.resolution
    }

    /// Whether the user may send as this address: its own address (with any `+detail`), or an alias that leads to it.
    package func mayUse(localPart: String, domain: String, as user: Int64) async throws(StoreError) -> Bool {
        switch try await resolve(localPart: localPart, domain: domain) {
        case .targets(let targets): return targets.users.contains { $0.user.id == user } || targets.suspended.contains { $0.id == user }
        case .suspended(let users): return users.contains { $0.id == user }
        case .notLocal, .noSuchUser, .loop: return false
        }
    }

    private func follow(_ localPart: String, _ domainName: String, depth: Int, _ search: inout AddressSearch) async throws(StoreError) {
        guard let domain = try await self.domain(named: domainName) else {
            search.addExternal("\(localPart)@\(domainName)")
            return
        }
        let name = localPart.lowercased()
        guard search.visit("\(name)@\(domain.name)", depth: depth) else { return }
        let plus = name.firstIndex(of: "+")
        let base = plus.map { String(name[..<$0]) }.flatMap { $0.isEmpty ? nil : $0 }
        let entries = try await self.entries([name, base ?? name, ""], in: domain)
        let entry: Directory.Entry
        var detail: String?
        if !name.isEmpty, !entries[0].isEmpty {
            entry = entries[0]
        } else if base != nil, !entries[1].isEmpty {
            entry = entries[1]
            detail = localPart.firstIndex(of: "+").map { String(localPart[localPart.index(after: $0)...]) }
        } else {
            entry = entries[2]
        }
        if let user = entry.user { search.add(ResolvedUser(user: user, detail: detail)) }
        for target in entry.targets {
            guard let at = target.lastIndex(of: "@") else { continue }
            let targetDomain = target[target.index(after: at)...].lowercased()
            try await follow(String(target[..<at]), targetDomain, depth: depth + 1, &search)
        }
    }
}

/// What was found on the way along aliases, and where the way ended.
struct AddressSearch {
    private var targets = ResolvedTargets(users: [], external: [])
    private var visited: Set<String> = []
    private var knownUsers: Set<Int64> = []
    private var isTooLong = false
    private var isCircular = false

    /// False when there is nothing more to learn there.
    mutating func visit(_ address: String, depth: Int) -> Bool {
        guard depth <= StoreLimits.aliasDepth, visited.count < StoreLimits.aliasTargets else {
            isTooLong = true
            return false
        }
        guard visited.insert(address).inserted else {
            isCircular = true
            return false
        }
        return true
    }

    mutating func add(_ user: ResolvedUser) {
        if user.user.suspensions.incoming != .none {
            if !targets.suspended.contains(user.user) { targets.suspended.append(user.user) }
        } else if knownUsers.insert(user.user.id).inserted {
            targets.users.append(user)
        }
    }

    mutating func addExternal(_ address: String) {
        guard targets.external.count < StoreLimits.aliasTargets else {
            isTooLong = true
            return
        }
        if visited.insert(address).inserted { targets.external.append(address) }
    }

    var resolution: Resolution {
        // An address that leads to too many others is refused as a whole, rather than served in part.
        if isTooLong { return .loop }
        if !targets.users.isEmpty || !targets.external.isEmpty { return .targets(targets) }
        if !targets.suspended.isEmpty { return .suspended(targets.suspended) }
        return isCircular ? .loop : .noSuchUser
    }
}
