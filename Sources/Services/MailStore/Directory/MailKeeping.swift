/// Which of the users who forward without a copy keep the mail all the same, so that it is not lost: those behind whom nobody has it.
///
/// A forward without a copy holds where its targets lead to somebody who keeps mail, or outside. Of the others, those keep it who are the
/// last on their way: behind whom there is nobody at all; and in a circle those who are farthest from the address. (Two who are equally far
/// both do.) Who leads to them is done.
struct MailKeeping {
    private let graph: AddressGraph
    /// Places that lead to each place, of those that mail reaches.
    private var sources: [[Int]] = []
    /// Places that lead to somebody who has the mail, or are theirs.
    private var found: [Bool] = []
    /// Users without a copy who keep the mail.
    private var kept: Set<Int> = []
    /// Places that lead to a group that is closed.
    private var barred: [Bool] = []

    /// - Parameter withoutSuspended: whose incoming mail is suspended is left out, and has none.
    init(_ graph: AddressGraph, reached: [Int], closed: [Int], withoutSuspended: Bool = false) {
        self.graph = graph
        guard reached.contains(where: { graph.places[$0].forward != nil }) else { return }
        sources = Array(repeating: [], count: graph.places.count)
        for number in reached {
            for target in graph.places[number].targets + graph.places[number].forwardTargets { sources[target].append(number) }
        }
        found = leading(to: reached.filter { graph.places[$0].keepsMail && !(withoutSuspended && graph.places[$0].isSuspended) })
        barred = leading(to: closed)
        settle(reached.filter { graph.places[$0].forward?.keepsCopy == false })
    }

    /// - Parameter forwarding: those who keep no copy.
    private mutating func settle(_ forwarding: [Int]) {
        let lost = forwarding.filter(leadsNowhere)
        guard !lost.isEmpty else { return }
        let toLost = leading(to: lost)
        keep(lost.filter { place in graph.places[place].forwardTargets.allSatisfy { !toLost[$0] } })
        for (_, places) in Dictionary(grouping: lost, by: { graph.places[$0].depth }).sorted(by: { $0.key > $1.key }) {
            keep(places.filter(leadsNowhere))
        }
    }

    private mutating func keep(_ places: [Int]) {
        kept.formUnion(places)
        for (place, leads) in leading(to: places).enumerated() where leads { found[place] = true }
    }

    /// For each place whether it leads to one of these, or is one.
    private func leading(to places: [Int]) -> [Bool] {
        var marks = Array(repeating: false, count: graph.places.count), queue = places
        while let place = queue.popLast() {
            guard !marks[place] else { continue }
            marks[place] = true
            queue += sources[place]
        }
        return marks
    }

    /// Whether a user's forward leads to nobody who has the mail but by the user.
    func leadsNowhere(_ place: Int) -> Bool {
        kept.contains(place) || graph.places[place].forwardTargets.allSatisfy { !found[$0] }
    }

    /// Whether the reason is a group that is closed.
    func isBarred(_ place: Int) -> Bool { leadsNowhere(place) && graph.places[place].forwardTargets.contains { barred[$0] } }

    /// Whether the user at the place has a copy.
    func keeps(_ place: Int) -> Bool { graph.places[place].keepsMail || kept.contains(place) }
}
