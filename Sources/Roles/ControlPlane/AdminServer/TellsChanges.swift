import AdminAPI
import FoundationEssentials

/// An answer that tells the record what was done, where that is nothing that the subject's own state shows.
protocol TellsChanges {
    /// As `AuditEvent.changes`.
    var changes: String { get }
}

extension QueueBatch: TellsChanges {
    var changes: String {
        let range = [("first", first), ("last", last)].compactMap { name, id in id.map { ",\"\(name)\":[null,\"\($0)\"]" } }
        return "{\"messages\":[null,\(messages)]\(range.joined())}"
    }
}

extension HeldCopies: TellsChanges {
    var changes: String {
        let entry = Entry(
            folders: [nil, folders.map(\.name)], messages: [nil, copied.messages], bytes: [nil, copied.bytes.octets])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(entry)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private struct Entry: Encodable {
        let folders: [[String]?], messages: [Int64?], bytes: [Int64?]
    }
}
