import Testing

@testable import MailStore

@Suite("What becomes of segments") struct CompactionPlanTests {
    private static let mebibyte: Int64 = 1 << 20

    @Test("Unwanted segments go, sparse ones are packed, dense ones stay") func kinds() {
        let size = 64 * Self.mebibyte
        let plan = CompactionPlan(
            sizes: [1: size, 2: size, 3: size, 4: size, -1: 20 * Self.mebibyte], live: [1: size / 2, 2: size / 2 - 1, 4: 10, -1: 1])
        #expect(plan.unused == [3])
        #expect(plan.groups == [[-1, 2, 4]])
    }

    @Test("A group is about one packed segment") func groups() {
        let size = 64 * Self.mebibyte
        let live = Dictionary(uniqueKeysWithValues: (1...7).map { (Int64($0), 30 * Self.mebibyte) })
        let plan = CompactionPlan(sizes: live.mapValues { _ in size }, live: live)
        #expect(plan.groups == [[1, 2], [3, 4], [5, 6], [7]])
    }

    @Test("Nothing is written for little") func little() {
        #expect(CompactionPlan(sizes: [1: 60_000, 2: 0], live: [1: 10]) == CompactionPlan(sizes: [2: 0], live: [:]))
    }

    @Test("Many small packed segments become one") func small() {
        let sizes = Dictionary(uniqueKeysWithValues: (1...9).map { (-Int64($0), Self.mebibyte) })
        #expect(CompactionPlan(sizes: sizes, live: sizes).groups == [sizes.keys.sorted()])
        #expect(CompactionPlan(sizes: sizes.filter { $0.key > -9 }, live: sizes).groups == [])
    }
}
