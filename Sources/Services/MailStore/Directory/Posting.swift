import Runtime

/// Who may send to a group.
extension Directory {
    /// Whether mail that the user handed in may go to the group; nil: mail from elsewhere, or from nobody knows whom.
    package func mayPost(_ user: Int64?, to group: ResolvedGroup) async throws(StoreError) -> Bool {
        guard group.posting != .anyone else { return true }
        guard let user, try await exists(user) else { return false }
        switch group.posting {
        case .anyone, .tenant: return true
        case .members:
            if try await owns(group, user) { return true }
            guard let at = group.address.lastIndex(of: "@") else { return false }
            let domain = String(group.address[group.address.index(after: at)...])
            return try await resolve(localPart: String(group.address[..<at]), domain: domain, forwarding: false).leads(to: user)
        case .owners: return try await owns(group, user)
        }
    }

    private func owns(_ group: ResolvedGroup, _ user: Int64) async throws(StoreError) -> Bool {
        try await AddressWays(graph(from: group.owners, to: .members, forwarding: false)).resolution.leads(to: user)
    }

    private func exists(_ user: Int64) async throws(StoreError) -> Bool {
        do {
            _ = try await self.user(user)
            return true
        } catch {
            guard error == .noSuchUser else { throw error }
            return false
        }
    }
}
