import InternationalNames
import Runtime

/// From an address, under whichever name of its domain, to mailboxes: the user of that name; else, without `+detail`, the user
/// before it (RFC 5233); else the domain's catch-all. An alias adds its targets beside the user of the same name, if there is one; a
/// group leads to its members; a user may forward, with a copy or without (`Forwarding.swift`).
extension Directory {
    /// What is looked for behind a group.
    enum GroupPurpose { case members, owners }

    /// Where mail for an address goes. The local part as text, quotes removed; the domain in ASCII in any case, or in Unicode.
    /// - Parameter forwarding: false: whose address it is, wherever they have their mail sent on to.
    package func resolve(localPart: String, domain: String, forwarding: Bool = true) async throws(StoreError) -> Resolution {
        guard let domain = InternationalName.ascii(domain), try await self.domain(named: domain) != nil else { return .notLocal }
        var search = AddressSearch(forwarding: forwarding)
        try await follow(localPart, domain, depth: 0, to: .members, &search)
        return search.resolution
    }

    /// Whether the user may send as this address: its own address (with any `+detail`), an alias that leads to it, or a group that it
    /// owns. A member of a group is not the group. So it may as a shared mailbox that it sends for, under what leads to that alone.
    package func mayUse(localPart: String, domain: String, as user: Int64) async throws(StoreError) -> Bool {
        switch try await right(of: user, toSendAs: localPart, domain) {
        case .itself, .sharedMailbox: true
        case .none: false
        }
    }

    /// By what the user may send as an address, or may not.
    package func right(of user: Int64, toSendAs localPart: String, _ domain: String) async throws(StoreError) -> SenderRight {
        guard let domain = InternationalName.ascii(domain), try await self.domain(named: domain) != nil else { return .none(only: nil) }
        // Who gets a user's mail is not that user.
        var search = AddressSearch(forwarding: false)
        try await follow(localPart, domain, depth: 0, to: .owners, &search)
        let resolution = search.resolution
        if resolution.leads(to: user) { return .itself }
        guard let only = resolution.onlyUser else { return .none(only: nil) }
        let isSender = try await sharedMailboxes(of: user).contains { $0.user == only.id && $0.sends }
        return isSender ? .sharedMailbox(only) : .none(only: only)
    }

    /// Whether an address is the user's alone: its own, or an alias that leads nowhere else. Not a group, nor what others read too.
    package func isOwn(localPart: String, domain: String, of user: Int64) async throws(StoreError) -> Bool {
        guard case .targets(let targets) = try await resolve(localPart: localPart, domain: domain, forwarding: false) else { return false }
        return targets.users.map(\.user.id) == [user] && targets.suspended.isEmpty && targets.external.isEmpty && targets.groups.isEmpty
    }

    /// Follows one address.
    /// - Parameter group: the outermost group on the way here; nil: there was none.
    /// - Returns: whether it leads to anybody, or outside. In a circle the address that closes it does not.
    @discardableResult
    func follow(
        _ localPart: String, _ domainName: String, depth: Int, to purpose: GroupPurpose, inside group: String? = nil,
        _ search: inout AddressSearch
    ) async throws(StoreError) -> Bool {
        guard let domain = try await self.domain(named: domainName) else {
            search.addExternal("\(localPart)@\(domainName)", through: group)
            return true
        }
        let name = localPart.lowercased(), address = "\(name)@\(domain.name)"
        guard search.visit(address, depth: depth) else { return search.leads(address) }
        let base = Self.base(of: name)
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
        if let user = entry.user {
            try await reach(ResolvedUser(user: user, detail: detail, group: group), entry.forward, at: address, depth: depth, &search)
        }
        var isFound = entry.user != nil
        switch (entry.group, purpose) {
        case (nil, _):
            if try await follow(entry.targets, depth: depth + 1, to: purpose, inside: group, &search) { isFound = true }
        case (let found?, .owners):
            if try await follow(found.owners, depth: depth + 1, to: .members, inside: group, &search) { isFound = true }
        case (let found?, .members):
            if group == nil { search.add(found) }
            let inside = group ?? found.address
            if try await follow(entry.targets, depth: depth + 1, to: .members, inside: inside, &search) { isFound = true }
        }
        if isFound { search.foundSomebody(at: address) }
        return isFound
    }

    /// - Returns: whether one of them leads to anybody, or outside.
    @discardableResult
    func follow(
        _ targets: [String], depth: Int, to purpose: GroupPurpose, inside group: String? = nil, _ search: inout AddressSearch
    ) async throws(StoreError) -> Bool {
        let addresses = targets.compactMap { target -> (localPart: String, domain: String)? in
            guard let at = target.lastIndex(of: "@") else { return nil }
            return (String(target[..<at]), target[target.index(after: at)...].lowercased())
        }
        if addresses.count > 1 { try await load(addresses) }
        var isFound = false
        for (localPart, domain) in addresses {
            if try await follow(localPart, domain, depth: depth, to: purpose, inside: group, &search) { isFound = true }
        }
        return isFound
    }

    /// Remembers what many addresses are, with one question for each domain.
    func load(_ addresses: [(localPart: String, domain: String)]) async throws(StoreError) {
        for (name, found) in Dictionary(grouping: addresses, by: { $0.domain.lowercased() }) {
            guard let domain = try await self.domain(named: name) else { continue }
            let names = found.map { $0.localPart.lowercased() }
            _ = try await entries(names + names.compactMap(Self.base), in: domain)
        }
    }

    /// What stands before `+detail` (RFC 5233).
    private static func base(of name: String) -> String? {
        name.firstIndex(of: "+").map { String(name[..<$0]) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// What was found on the way along aliases, groups and forwards, and where the way ended.
struct AddressSearch {
    /// Whether users' forwards are followed.
    let forwarding: Bool
    private var targets = ResolvedTargets(users: [], external: [])
    /// Addresses, and whether somebody is found there by now.
    private var visited: [Spelling: Bool] = [:]
    private var knownUsers: Set<Int64> = []
    private var isTooLong = false
    private var isCircular = false

    init(forwarding: Bool) { self.forwarding = forwarding }

    private var limit: Int { targets.groups.isEmpty ? StoreLimits.aliasTargets : StoreLimits.groupTargets }

    /// False when there is nothing more to learn there.
    mutating func visit(_ address: String, depth: Int) -> Bool {
        guard depth <= StoreLimits.aliasDepth, visited.count < limit else {
            isTooLong = true
            return false
        }
        guard visited.updateValue(visited[Spelling(address)] ?? false, forKey: Spelling(address)) == nil else {
            isCircular = true
            return false
        }
        return true
    }

    mutating func foundSomebody(at address: String) { visited[Spelling(address)] = true }

    /// Whether somebody is found by now at an address that was visited.
    func leads(_ address: String) -> Bool { visited[Spelling(address)] ?? false }

    mutating func add(_ user: ResolvedUser) {
        if user.user.suspensions.incoming != .none {
            if !targets.suspended.contains(user.user) { targets.suspended.append(user.user) }
        } else if knownUsers.insert(user.user.id).inserted {
            targets.users.append(user)
        }
    }

    /// - Returns: its place among the forwards.
    mutating func add(_ forward: ResolvedForward) -> Int {
        if let known = targets.forwards.firstIndex(where: { $0.user.id == forward.user.id }) { return known }
        targets.forwards.append(forward)
        return targets.forwards.count - 1
    }

    mutating func leadsNowhere(_ forward: Int) { targets.forwards[forward].leadsNowhere = true }

    mutating func add(_ group: Directory.Group) {
        targets.groups.append(ResolvedGroup(address: group.address, posting: group.posting, owners: group.owners))
    }

    mutating func addExternal(_ address: String, through group: String?) {
        guard targets.external.count < limit else {
            isTooLong = true
            return
        }
        guard visited.updateValue(true, forKey: Spelling(address)) == nil else { return }
        targets.external.append(address)
        if let index = targets.groups.firstIndex(where: { $0.address == group }) { targets.groups[index].external.append(address) }
    }

    var resolution: Resolution {
        // An address that leads to too many others is refused as a whole, rather than served in part.
        if isTooLong { return .loop }
        if !targets.users.isEmpty || !targets.external.isEmpty { return .targets(targets) }
        if !targets.suspended.isEmpty { return .suspended(targets.suspended) }
        return isCircular ? .loop : .noSuchUser
    }
}

extension Resolution {
    /// Whether it leads to the user, who may be suspended.
    func leads(to user: Int64) -> Bool {
        switch self {
        case .targets(let targets): targets.users.contains { $0.user.id == user } || targets.suspended.contains { $0.id == user }
        case .suspended(let users): users.contains { $0.id == user }
        case .notLocal, .noSuchUser, .loop: false
        }
    }

    /// The user, who may be suspended, if it leads to nobody and nowhere else.
    var onlyUser: UserRecord? {
        switch self {
        case .targets(let targets):
            targets.users.count == 1 && targets.suspended.isEmpty && targets.external.isEmpty ? targets.users.first?.user : nil
        case .suspended(let users): users.count == 1 ? users.first : nil
        case .notLocal, .noSuchUser, .loop: nil
        }
    }
}
