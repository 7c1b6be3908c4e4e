import ControlPlane
import Testing

@Suite("What leads to an address") struct WaysToAddressTests {
    private func height(_ ways: (String, String, Bool)...) -> [Int?] {
        var found = WaysToAddress(address: "here")
        for (source, target, ofGroup) in ways { found.add(from: source, to: target, ofGroup: ofGroup) }
        let height = found.height()
        return [height.any, height.ofGroup]
    }

    @Test("The longest way counts") func longest() {
        #expect(height() == [0, nil])
        #expect(height(("a", "here", false)) == [1, nil])
        #expect(height(("g", "a", true), ("a", "here", false), ("g", "here", true), ("b", "g", false)) == [3, 2])
    }

    @Test("Circles, and what leads into them, do not") func circles() {
        #expect(height(("loop", "loop", false), ("loop", "here", false)) == [0, nil])
        #expect(height(("here", "a", true), ("a", "here", false)) == [1, nil])
        #expect(height(("a", "b", true), ("b", "a", true), ("b", "here", true), ("c", "b", true), ("d", "here", true)) == [1, 1])
    }
}
