import NIOCore

/// Who waits, and who is next: of those who wait for the same party, first come, first served; between parties, one of each in turn.
/// So whoever has many waiting keeps nobody else waiting longer.
package struct FairLine<Party: Hashable, Waiter: Identifiable> {
    /// None of them is empty.
    private var lines: [Party: CircularBuffer<Waiter>] = [:]
    /// Each party of which somebody waits, once, the next one first.
    private var turns = CircularBuffer<Party>()
    package private(set) var count = 0

    package init() {}

    package func count(of party: Party) -> Int { lines[party]?.count ?? 0 }

    package mutating func append(_ waiter: Waiter, of party: Party) {
        if lines[party] == nil { turns.append(party) }
        lines[party, default: CircularBuffer(initialCapacity: 1)].append(waiter)
        count += 1
    }

    package mutating func next() -> Waiter? {
        guard let party = turns.popFirst(), let waiter = lines[party]?.popFirst() else { return nil }
        count -= 1
        if lines[party]?.isEmpty == true { lines[party] = nil } else { turns.append(party) }
        return waiter
    }

    /// Who gives up.
    package mutating func remove(_ id: Waiter.ID, of party: Party) -> Waiter? {
        guard let place = lines[party]?.firstIndex(where: { $0.id == id }) else { return nil }
        return take(at: place, of: party)
    }

    /// Whether somebody else's party has so many waiting that one of them is to make room for this one's next.
    package func outweighs(_ party: Party) -> Bool { longest.map { count(of: $0) > count(of: party) + 1 } ?? false }

    /// The last one of the party of which most wait.
    package mutating func removeLastOfLongest() -> Waiter? {
        guard let party = longest, let end = lines[party]?.endIndex, let last = lines[party]?.index(before: end) else { return nil }
        return take(at: last, of: party)
    }

    private var longest: Party? { lines.max { $0.value.count < $1.value.count }?.key }

    private mutating func take(at place: CircularBuffer<Waiter>.Index, of party: Party) -> Waiter? {
        let waiter = lines[party]?.remove(at: place)
        count -= 1
        if lines[party]?.isEmpty == true {
            lines[party] = nil
            turns.removeAll { $0 == party }
        }
        return waiter
    }
}
