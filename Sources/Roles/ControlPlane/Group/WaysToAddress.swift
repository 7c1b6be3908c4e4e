/// What leads to an address: groups by their members, aliases by their targets.
package struct WaysToAddress: Sendable {
    private let address: String
    private var sources: [String: [String]] = [:]
    /// Of each that leads here, how many of the addresses that it leads to were not come to yet.
    private var open: [String: Int] = [:]
    private var groups: Set<String> = []

    package init(address: String) { self.address = address }

    package mutating func add(from source: String, to target: String, ofGroup: Bool) {
        guard source != address else { return }  // a circle
        sources[target, default: []].append(source)
        open[source, default: 0] += 1
        if ofGroup { groups.insert(source) }
    }

    /// Over how many steps the address is led to at most, and from a group. What leads in a circle, or into one, is left out: there mail
    /// is followed once only.
    package func height() -> (any: Int, ofGroup: Int?) {
        var open = open
        var level = [address], height = 0, ofGroup: Int?
        while true {
            var next: [String] = []
            for source in level.flatMap({ sources[$0] ?? [] }) {
                open[source, default: 0] -= 1
                if open[source] == 0 { next.append(source) }
            }
            guard !next.isEmpty else { return (height, ofGroup) }
            level = next
            height += 1
            if next.contains(where: groups.contains) { ofGroup = height }
        }
    }
}
