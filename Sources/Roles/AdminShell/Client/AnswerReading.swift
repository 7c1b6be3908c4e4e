import AdminAPI
import Dispatch
import FoundationEssentials
import Synchronization

/// What a call answers, out of its JSON; the parts of a long list are read on all processors.
enum AnswerReading {
    /// nil: it is not what was expected.
    static func value<Response: Decodable>(_ type: Response.Type, in body: [UInt8]) -> Response? {
        guard let list = type as? any LongList.Type else { return part(type, in: body) }
        return self.list(list, in: body) as? Response
    }

    private static func list<List: LongList>(_ type: List.Type, in body: [UInt8]) -> List? {
        let lines = ListLines.split(body)
        let parts = Mutex(Array(repeating: Part<List>(value: nil), count: lines.count))
        DispatchQueue.concurrentPerform(iterations: lines.count) { index in
            let read = Part(value: part(type, in: lines[index]))
            parts.withLock { $0[index] = read }
        }
        let read = parts.withLock { $0 }.compactMap(\.value)
        return read.isEmpty || read.count < lines.count ? nil : List(parts: read)
    }

    /// Unchecked: each is made by one iteration, which keeps nothing of it, and looked at when all have ended.
    private struct Part<Value>: @unchecked Sendable { let value: Value? }

    private static func part<Part: Decodable>(_ type: Part.Type, in body: [UInt8]) -> Part? {
        try? JSONDecoder().decode(type, from: Data(body))
    }
}
