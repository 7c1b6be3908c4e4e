import AdminAPI
import FoundationEssentials

/// An answer that tells the record what was done, beside what the subject's own state shows.
protocol TellsChanges {
    var audited: [String: AuditedChange] { get }
}

/// What something was before, and is afterwards; as `AuditEvent.changes` has it.
struct AuditedChange: Encodable {
    private let before: (any Encodable)?, after: (any Encodable)?

    init(_ before: (any Encodable)?, _ after: (any Encodable)?) { (self.before, self.after) = (before, after) }

    static func made(_ after: any Encodable) -> AuditedChange { AuditedChange(nil, after) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        for value in [before, after] {
            if let value { try container.encode(value) } else { try container.encodeNil() }
        }
    }
}

extension TellsChanges {
    var auditedText: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(audited)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

extension QueueBatch: TellsChanges {
    var audited: [String: AuditedChange] {
        let range = [("first", first), ("last", last)].compactMap { name, id in id.map { (name, AuditedChange.made("\($0)")) } }
        return Dictionary(uniqueKeysWithValues: range).merging(["messages": .made(messages)]) { $1 }
    }
}

extension HeldCopies: TellsChanges {
    var audited: [String: AuditedChange] {
        ["folders": .made(folders.map(\.name)), "messages": .made(copied.messages), "bytes": .made(copied.bytes.octets)]
    }
}

extension Compaction: TellsChanges {
    var audited: [String: AuditedChange] { ["freed": .made(freed.octets), "packed": .made(packed.octets)] }
}

extension QuotaCheck: TellsChanges {
    private static let listed = 100

    /// Of the first ones that were wrong, what the counter said and what it says now.
    var audited: [String: AuditedChange] {
        let wrong = levels.filter { !$0.agrees }
        guard repaired else { return ["repaired": .made(0), "differing": .made(wrong.count)] }
        let counters = wrong.prefix(Self.listed).map { ("\($0.level.rawValue) \($0.name)", AuditedChange($0.counted, $0.recounted)) }
        return Dictionary(counters) { first, _ in first }.merging(["repaired": .made(wrong.count)]) { $1 }
    }
}

extension EndedSessions: TellsChanges {
    var audited: [String: AuditedChange] { ["ended": .made(ended)] }
}

extension UnlockedLogins: TellsChanges {
    var audited: [String: AuditedChange] { ["counts": AuditedChange(forgotten, 0)] }
}

extension Worker: TellsChanges {
    var audited: [String: AuditedChange] { ["state": .made(state.rawValue)].merging(pid.map { ["pid": .made($0)] } ?? [:]) { $1 } }
}

extension Certificate: TellsChanges {
    var audited: [String: AuditedChange] {
        [
            "names": .made(hostNames), "issuer": .made(issuer), "expires_at": .made(expiresAt), "fingerprint": .made(fingerprint),
        ]
    }
}

extension Deletion: TellsChanges {
    var audited: [String: AuditedChange] {
        ["destroyed": .made(destroyed)].merging(keptUntil.map { ["kept_until": .made($0)] } ?? [:]) { $1 }
    }
}

extension UndeletedAlias: TellsChanges {
    var audited: [String: AuditedChange] { leftOut.isEmpty ? [:] : ["left_out": AuditedChange(leftOut.map(\.text), nil)] }
}

extension UndeletedGroup: TellsChanges {
    var audited: [String: AuditedChange] { leftOut.isEmpty ? [:] : ["left_out": AuditedChange(leftOut.map(\.text), nil)] }
}

extension UserImportReport: TellsChanges {
    var audited: [String: AuditedChange] {
        Dictionary(grouping: users, by: \.outcome.rawValue).mapValues { .made($0.count) }
    }
}

extension Applied: TellsChanges {
    var audited: [String: AuditedChange] {
        var told: [String: AuditedChange] = ["changes": .made(changes)]
        if let number { told["apply"] = .made(number) }
        if let digest { told["digest"] = .made(digest) }
        if let counts { told["counts"] = .made(counts) }
        return told
    }
}
