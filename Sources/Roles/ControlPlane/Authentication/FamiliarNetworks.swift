/// From where each account was logged in to lately. Only right passwords make entries, so a stranger can neither fill nor flush this.
package struct FamiliarNetworks: Sendable {
    package static let memory = Duration.seconds(30 * 86_400)
    /// Networks of one account; beyond it the longest unused one is forgotten, so one user cannot take others' room.
    package static let perAccount = 16
    /// Accounts that are remembered. When it is reached, the half that was not used for longest is forgotten.
    package static let capacity = 100_000

    /// How long a place that is on disk is not written there again.
    package static let writtenEvery = Duration.seconds(86_400)

    private struct Place {
        var network: String
        var last: ContinuousClock.Instant
        /// When it was last written to disk; nil: never.
        var written: ContinuousClock.Instant?
    }
    private var places: [String: [Place]] = [:]

    package init() {}

    package func contains(_ network: String, of account: String, now: ContinuousClock.Instant) -> Bool {
        places[account]?.contains { $0.network == network && $0.last + Self.memory > now } == true
    }

    package mutating func add(_ network: String, of account: String, now: ContinuousClock.Instant) {
        if places[account] == nil, places.count >= Self.capacity { forgetOlderHalf() }
        var known = places[account, default: []]
        let written = known.first { $0.network == network }?.written
        known.removeAll { $0.network == network || $0.last + Self.memory <= now }
        if known.count >= Self.perAccount { known.removeFirst() }
        known.append(Place(network: network, last: now, written: written))  // the last used one is last
        places[account] = known
    }

    // MARK: On disk

    /// Whether it is to be written now. From then on it counts as written.
    mutating func takeUnwritten(_ network: String, of account: String, now: ContinuousClock.Instant) -> Bool {
        guard let index = places[account]?.firstIndex(where: { $0.network == network }) else { return false }
        if let written = places[account]?[index].written, written + Self.writtenEvery > now { return false }
        places[account]?[index].written = now
        return true
    }

    /// It could not be written: the next login there tries again.
    mutating func isUnwritten(_ network: String, of account: String) {
        guard let index = places[account]?.firstIndex(where: { $0.network == network }) else { return }
        places[account]?[index].written = nil
    }

    /// Puts back what an earlier process wrote. What is known here already is newer, and nobody's place is taken.
    mutating func restore(_ network: String, of account: String, last: ContinuousClock.Instant, now: ContinuousClock.Instant) {
        guard last + Self.memory > now, places[account] != nil || places.count < Self.capacity else { return }
        var known = places[account, default: []]
        guard known.count < Self.perAccount, !known.contains(where: { $0.network == network }) else { return }
        known.insert(Place(network: network, last: last, written: last), at: known.firstIndex { $0.last > last } ?? known.endIndex)
        places[account] = known
    }

    // MARK: Ends

    package mutating func forget(_ account: String) { places[account] = nil }

    mutating func forget(where matches: (String) -> Bool) { places = places.filter { !matches($0.key) } }

    mutating func move(_ account: String, to new: String) { places[new] = places.removeValue(forKey: account) }

    private mutating func forgetOlderHalf() {
        let oldest = places.compactMap { account, known in known.last.map { (account, $0.last) } }.sorted { $0.1 < $1.1 }
        for (account, _) in oldest.prefix(oldest.count / 2) { places[account] = nil }
    }
}
