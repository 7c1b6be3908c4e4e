import AdminAPI
import Foundation
import Testing

@Suite struct LongListTests {
    @Test(arguments: [0, 1, 255, 256, 257, 512, 2000])
    func linesAreOneArrayAndItsParts(count: Int) throws {
        let list = (0..<count).map { ["\($0),\n]", "[\"é\\"] }
        let parts = list.parts
        #expect(parts.count == max(1, (count + 255) / 256))
        #expect([[String]](parts: parts) == list)

        let written = try ListLines.joined(parts.map { Array(try JSONEncoder().encode($0)) })
        #expect(try JSONDecoder().decode([[String]].self, from: Data(written)) == list)
        let read = try ListLines.split(written).map { try JSONDecoder().decode([[String]].self, from: Data($0)) }
        #expect(read == parts)
    }

    @Test func anythingElseIsLeftWhole() {
        for text in ["{}", "[1,2]", "\"x\""] { #expect(ListLines.split(Array(text.utf8)) == [Array(text.utf8)]) }
        #expect(ListLines.split([]) == [])
    }
}
