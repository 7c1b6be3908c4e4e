import Runtime

/// Users whose mail goes on to others.
extension Directory {
    /// A user, and where its forward leads. Who keeps no copy keeps the mail all the same when nobody is found there, or none but who
    /// forwards back: it is not lost, and not sent back for what somebody else deleted. A user whose incoming mail is suspended forwards
    /// nothing.
    func reach(
        _ user: ResolvedUser, _ forward: Forward?, at address: String, depth: Int, _ search: inout AddressSearch
    ) async throws(StoreError) {
        guard let forward, search.forwarding, user.user.suspensions.incoming == .none else { return search.add(user) }
        if forward.keepsCopy {
            search.add(user)
            search.foundSomebody(at: address)
        }
        let place = search.add(
            ResolvedForward(user: user.user, targets: forward.targets, keepsCopy: forward.keepsCopy, group: user.group))
        let isFound = try await follow(forward.targets, depth: depth + 1, to: .members, inside: user.group, &search)
        guard !isFound else { return }
        search.leadsNowhere(place)
        if !forward.keepsCopy { search.add(user) }
    }
}
