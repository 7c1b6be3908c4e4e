import AdminAPI
import FoundationEssentials

/// What a call answers, as JSON. It takes long where a company's export has all its users, so it is not written on the event loop, on which
/// logins wait; and the parts of a long list are written side by side.
enum AnswerWriting {
    @concurrent
    static func json(_ answer: some Encodable & Sendable) async throws -> [UInt8] {
        guard let list = answer as? any LongList else { return try written(answer) }
        return try await lines(list)
    }

    private static func lines(_ list: some LongList) async throws -> [UInt8] {
        let parts = list.parts.map(Part.init)
        return try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
            for (index, part) in parts.enumerated() { group.addTask { (index, try written(part.value)) } }
            var arrays = Array(repeating: [UInt8](), count: parts.count)
            for try await (index, array) in group { arrays[index] = array }
            return ListLines.joined(arrays)
        }
    }

    /// Unchecked: its value is a part of an answer, which is Sendable; a cast to `any LongList` cannot ask for that.
    private struct Part<Value: Encodable>: @unchecked Sendable { let value: Value }

    private static func written(_ answer: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(answer))
    }
}
