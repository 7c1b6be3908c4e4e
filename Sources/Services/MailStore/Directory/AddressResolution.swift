import Runtime

/// From an address, under whichever name of its domain, to mailboxes: the user of that name; else, without `+detail`, the user
/// before it (RFC 5233); else the domain's catch-all. An alias adds its targets beside the user of the same name, if there is one.
extension TenantStore {
    func follow(_ localPart: String, _ domainName: String, depth: Int, _ search: inout AddressSearch) async throws(StoreError) {
        guard let domain = try await directory.domain(named: domainName) else {
            search.addExternal("\(localPart)@\(domainName)")
            return
        }
        let name = localPart.lowercased()
        guard search.visit("\(name)@\(domain.name)", depth: depth) else { return }
        let plus = name.firstIndex(of: "+")
        let base = plus.map { String(name[..<$0]) }.flatMap { $0.isEmpty ? nil : $0 }
        let entries = try await directory.entries([name, base ?? name, ""], in: domain)
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
