/// For whom a hash is worked: the turns are shared between these.
package enum HashingParty: Hashable, Sendable {
    case tenant(Int64)
    /// Administrators of the platform, and the platform itself.
    case platform
    /// Logins of which no domain of ours is named: all of them together have one turn.
    case nobody
}

extension Provisioning {
    /// For whom a password of this owner is worked.
    func party(of owner: PasswordOwner) -> HashingParty {
        guard case .platform = callingParty, case .user(let address) = owner else { return callingParty }
        return domains.tenant(of: address).map { .tenant($0) } ?? .platform
    }

    /// The tenant whose administrator calls, or the platform.
    var callingParty: HashingParty {
        if case .part(let part) = database.fence.reach { .tenant(part.tenant) } else { .platform }
    }
}
