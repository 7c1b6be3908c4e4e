/// By which ways a message reaches the places of a graph, and who has it in the end. Of several ways to one place the best counts: the one
/// through no forward and no group, then the one through no group.
struct AddressWays {
    private enum Way: Equatable {
        case direct, forwarded
        /// Through a group that mail enters, by its number among those.
        case inside(Int)

        var group: Int? { if case .inside(let group) = self { group } else { nil } }
    }

    private let graph: AddressGraph
    /// nil: nothing comes there.
    private var ways: [Way?]
    /// Those that are reached, the better ways first.
    private var reached: [Int] = []
    /// Groups that mail enters from without, and closed ones that no other way leads to.
    private var open: [Int] = [], closed: [Int] = []
    private var known: Set<Int64> = []
    private(set) var targets = ResolvedTargets(users: [], external: [])

    /// - Parameter closing: addresses of groups that are not entered by a user's forward.
    init(_ graph: AddressGraph, closing: Set<Spelling> = []) {
        self.graph = graph
        ways = Array(repeating: nil, count: graph.places.count)
        let forwarded = spread(from: Array(graph.beginning), .direct, closing)
        _ = spread(from: forwarded, .forwarded, closing)
        for (number, group) in open.enumerated() { _ = spread(from: graph.places[group].targets, .inside(number), closing) }
        closed.removeAll { ways[$0] != nil }
        targets.groups = open.compactMap { group(at: $0) }
        targets.closed = closed.compactMap { group(at: $0) }
        var keeping = MailKeeping(graph, reached: reached, closed: closed)
        // Where others take it, who is suspended is left out: then nobody else's mail may be lost with theirs.
        if reached.contains(where: { graph.places[$0].isSuspended }),
            reached.contains(where: { graph.places[$0].domain == nil || (keeping.keeps($0) && !graph.places[$0].isSuspended) })
        {
            keeping = MailKeeping(graph, reached: reached, closed: closed, withoutSuspended: true)
        }
        for place in reached { arrive(at: place, keeping) }
    }

    /// Goes on from some places to all that have no way to them yet, but into no group.
    /// - Returns: where forwards lead on from a direct way.
    private mutating func spread(from beginning: [Int], _ way: Way, _ closing: Set<Spelling>) -> [Int] {
        var (queue, next, forwarded) = (beginning, 0, [Int]())
        while next < queue.count {
            let number = queue[next], place = graph.places[number]
            next += 1
            guard ways[number] == nil else { continue }
            let entered = way.group == nil ? place.group : nil
            if let entered, way == .forwarded, closing.contains(Spelling(entered.address)) {
                if !closed.contains(number) { closed.append(number) }
                continue
            }
            ways[number] = way
            reached.append(number)
            if entered != nil { open.append(number) } else { queue += place.targets }
            if way == .direct { forwarded += place.forwardTargets } else { queue += place.forwardTargets }
        }
        return forwarded
    }

    private func group(at number: Int) -> ResolvedGroup? {
        graph.places[number].group.map {
            ResolvedGroup(address: $0.address, posting: $0.posting, owners: $0.owners, isForwardedTo: ways[number] != .direct)
        }
    }

    /// Adds who is at a place.
    private mutating func arrive(at number: Int, _ keeping: MailKeeping) {
        let place = graph.places[number], through = ways[number]?.group
        if place.domain == nil {
            targets.external.append(place.address)
            if let through { targets.groups[through].external.append(place.address) }
        }
        guard var user = place.user else { return }
        user.group = through.map { targets.groups[$0].address }
        guard user.user.suspensions.incoming == .none else {
            if !targets.suspended.contains(user.user) { targets.suspended.append(user.user) }
            return
        }
        if let forward = place.forward {
            let found = ResolvedForward(
                user: user.user, targets: forward.targets, keepsCopy: forward.keepsCopy, group: user.group,
                leadsNowhere: keeping.leadsNowhere(number), isBarred: keeping.isBarred(number))
            if let known = targets.forwards.firstIndex(where: { $0.user.id == user.user.id }) {
                if found.leadsNowhere { targets.forwards[known] = found }
            } else {
                targets.forwards.append(found)
            }
        }
        if keeping.keeps(number), known.insert(user.user.id).inserted { targets.users.append(user) }
    }

    var resolution: Resolution {
        if graph.isTooLarge { return .loop }
        if !targets.users.isEmpty || !targets.external.isEmpty { return .targets(targets) }
        if !targets.suspended.isEmpty { return .suspended(targets.suspended) }
        return graph.meetsAgain ? .loop : .noSuchUser
    }
}
