import InternationalNames
import Runtime

/// From an address, under whichever name of its domain, to mailboxes: the user of that name; else, without `+detail`, the user
/// before it (RFC 5233); else the domain's catch-all. An alias adds its targets beside the user of the same name, if there is one; a
/// group leads to its members; a user may forward, with a copy or without (`MailKeeping.swift`).
extension Directory {
    /// Where mail for an address goes. The local part as text, quotes removed; the domain in ASCII in any case, or in Unicode.
    /// - Parameter forwarding: false: whose address it is, wherever they have their mail sent on to.
    package func resolve(localPart: String, domain: String, forwarding: Bool = true) async throws(StoreError) -> Resolution {
        guard let domain = InternationalName.ascii(domain), try await self.domain(named: domain) != nil else { return .notLocal }
        return try await AddressWays(graph(from: ["\(localPart)@\(domain)"], to: .members, forwarding: forwarding)).resolution
    }

    /// Where a message goes that the user handed in; nil: that came from elsewhere. A group that a user forwards to, and that does not take
    /// it, is closed. (Of all other groups whoever sends is to be asked of: `mayPost`.)
    package func resolve(localPart: String, domain: String, from poster: Int64?) async throws(StoreError) -> Resolution {
        guard let domain = InternationalName.ascii(domain), try await self.domain(named: domain) != nil else { return .notLocal }
        let graph = try await graph(from: ["\(localPart)@\(domain)"], to: .members, forwarding: true)
        let ways = AddressWays(graph)
        var closing: Set<Spelling> = []
        for group in ways.targets.groups where group.isForwardedTo {
            if try await !mayPost(poster, to: group) { closing.insert(Spelling(group.address)) }
        }
        return closing.isEmpty ? ways.resolution : AddressWays(graph, closing: closing).resolution
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
        let graph = try await graph(from: ["\(localPart)@\(domain)"], to: .owners, forwarding: false)
        let resolution = AddressWays(graph).resolution
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
