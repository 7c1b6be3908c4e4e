import Runtime

/// All that an address leads to: each place once, with the places that it leads to itself. What is made of it depends on who leads to whom
/// alone, not on the order in which targets and members are read.
struct AddressGraph {
    /// What is looked for behind a group.
    enum GroupPurpose { case members, owners }

    /// What an address is, and where it leads: places by their numbers.
    struct Place {
        /// In lower case and under the domain's own name, without quotes; outside of the tenant as it was written.
        let address: String
        /// nil: it is outside of the tenant, and leads nowhere.
        let domain: Directory.Domain?
        /// As it was written.
        let localPart: String
        let purpose: GroupPurpose
        /// Steps to it, by the shortest way.
        let depth: Int
        var user: ResolvedUser?
        /// Of the user, if it is followed.
        var forward: Directory.Forward?
        /// The group whose members are the targets.
        var group: Directory.Group?
        var targets: [Int] = [], forwardTargets: [Int] = []

        /// Who takes mail here, or will when no longer suspended, whoever else has it.
        var keepsMail: Bool { domain == nil || (user != nil && forward?.keepsCopy != false) }
        var isSuspended: Bool { user.map { $0.user.suspensions.incoming != .none } ?? false }
    }

    private struct Name: Hashable {
        let address: Spelling
        let purpose: GroupPurpose
    }

    /// In the order of their depth. Those where the search began are the first `starts`.
    private(set) var places: [Place] = []
    private var numbers: [Name: Int] = [:]
    private var starts = 0
    /// An address was met again.
    private(set) var meetsAgain = false
    private var isTooDeep = false

    var beginning: Range<Int> { 0..<starts }

    /// An address that leads to too many others, or too deep, is refused as a whole, rather than served in part.
    var isTooLarge: Bool {
        let limit = places.contains { $0.group != nil } ? StoreLimits.groupTargets : StoreLimits.aliasTargets
        return isTooDeep || places.count - 1 > limit
    }

    /// - Returns: the place's number.
    fileprivate mutating func enter(
        _ localPart: String, _ domain: Directory.Domain?, outside name: String, _ purpose: GroupPurpose, depth: Int
    ) -> Int {
        let address = domain.map { "\(localPart.lowercased())@\($0.name)" } ?? "\(localPart)@\(name)"
        let key = Name(address: Spelling(address), purpose: domain == nil ? .members : purpose)
        if let known = numbers[key] {
            meetsAgain = true
            return known
        }
        numbers[key] = places.count
        places.append(Place(address: address, domain: domain, localPart: localPart, purpose: purpose, depth: depth))
        if depth == 0 { starts += 1 }
        if domain != nil, depth > StoreLimits.aliasDepth { isTooDeep = true }
        return places.count - 1
    }

    fileprivate mutating func set(_ place: Int, _ change: (inout Place) -> Void) { change(&places[place]) }

    /// No need to look any further.
    fileprivate var isEnough: Bool { isTooDeep || places.count - 1 > StoreLimits.groupTargets }
}

extension Directory {
    /// Reads what addresses lead to, all of one depth together.
    /// - Parameter forwarding: whether users' forwards are followed.
    func graph(from addresses: [String], to purpose: AddressGraph.GroupPurpose, forwarding: Bool) async throws(StoreError) -> AddressGraph {
        var graph = AddressGraph()
        _ = try await enter(addresses, purpose, depth: 0, &graph)
        var level = 0..<graph.places.count
        while !level.isEmpty, !graph.isEnough {
            let here = graph.places[level].compactMap { place in place.domain.map { (localPart: place.localPart, domain: $0.name) } }
            if here.count > 1 { try await load(here) }
            for number in level where graph.places[number].domain != nil && !graph.isEnough {
                try await read(number, forwarding: forwarding, &graph)
            }
            level = level.upperBound..<graph.places.count
        }
        return graph
    }

    /// What stands at one place. `+detail` leads to the name before it (RFC 5233) where nobody has the whole name; what is nobody's
    /// leads to the domain's catch-all.
    private func read(_ number: Int, forwarding: Bool, _ graph: inout AddressGraph) async throws(StoreError) {
        let place = graph.places[number]
        guard let domain = place.domain else { return }
        let name = place.localPart.lowercased(), base = Self.base(of: name)
        let entries = try await self.entries([name, base ?? name, ""], in: domain)
        var entry = entries[2]
        var detail: String?
        if !name.isEmpty, !entries[0].isEmpty {
            entry = entries[0]
        } else if base != nil, !entries[1].isEmpty {
            entry = entries[1]
            detail = place.localPart.firstIndex(of: "+").map { String(place.localPart[place.localPart.index(after: $0)...]) }
        }
        let (group, depth) = (entry.group, place.depth + 1)
        var targets: [Int] = [], forwardTargets: [Int] = []
        if let group, place.purpose == .owners {
            targets = try await enter(group.owners, .members, depth: depth, &graph)
        } else {
            targets = try await enter(entry.targets, group == nil ? place.purpose : .members, depth: depth, &graph)
        }
        // A user whose incoming mail is suspended forwards nothing.
        let forward = forwarding && entry.user?.suspensions.incoming == Suspensions.State.none ? entry.forward : nil
        if let forward { forwardTargets = try await enter(forward.targets, .members, depth: depth, &graph) }
        graph.set(number) { place in
            place.user = entry.user.map { ResolvedUser(user: $0, detail: detail, group: nil) }
            (place.forward, place.forwardTargets) = (forward, forwardTargets)
            place.group = place.purpose == .members ? group : nil
            place.targets = targets
        }
    }

    /// - Returns: their places, each once, in the order of the addresses' letters.
    private func enter(
        _ addresses: [String], _ purpose: AddressGraph.GroupPurpose, depth: Int, _ graph: inout AddressGraph
    ) async throws(StoreError) -> [Int] {
        var places: [Int] = []
        for address in addresses.count > 1 ? addresses.sorted() : addresses {
            guard let at = address.lastIndex(of: "@") else { continue }
            let name = address[address.index(after: at)...].lowercased()
            let domain = try await self.domain(named: name)
            places.append(graph.enter(String(address[..<at]), domain, outside: name, purpose, depth: depth))
        }
        return places
    }

    /// Remembers what many addresses are, with one question for each domain.
    func load(_ addresses: [(localPart: String, domain: String)]) async throws(StoreError) {
        for (name, found) in Dictionary(grouping: addresses, by: { $0.domain.lowercased() }) {
            guard let domain = try await self.domain(named: name) else { continue }
            let names = found.map { $0.localPart.lowercased() }
            _ = try await entries(names + names.compactMap(Self.base), in: domain)
        }
    }

    /// What stands before `+detail`.
    private static func base(of name: String) -> String? {
        name.firstIndex(of: "+").map { String(name[..<$0]) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
