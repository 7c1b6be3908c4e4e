import AdminAPI
import Postgres
import Runtime

/// The events as the table has them, each of which is sealed together with the one before.
struct AuditChain {
    let database: PostgresPool
    let key: [UInt8]

    private static let page: Int64 = 5_000

    /// - Parameter known: the one that was written last. Events behind it may have been written meanwhile; those bear our seals, as no
    ///   other rows do.
    @EventLoopActor func verify(upTo known: AuditHead) async throws -> AuditVerification {
        var previous = AuditHead.none, last = Int64.min
        var count: Int64 = 0
        var problems: [String] = []
        while true {
            // Whatever number a row has that somebody put in.
            let page = try await database.query(
                "\(SealedEvent.selection) WHERE sequence > $1 ORDER BY sequence LIMIT \(Self.page)", [.int8(last)])
            guard !page.isEmpty else { break }
            for row in page.rows {
                count += 1
                last = try row.int8(0)
                problems += try Self.problems(of: row, behind: &previous, upTo: known, key: key)
                guard problems.count < 100 else {
                    return AuditVerification(events: count, problems: problems + ["There is more; the search was ended here."])
                }
            }
        }
        if previous.sequence < known.sequence { problems.append(Self.missing(previous.sequence + 1, known.sequence)) }
        // Of several rows with one number a page may end behind the first.
        let there = try await database.query("SELECT count(*) FROM audit_log WHERE sequence <= $1", [.int8(last)])
        let unread = try (there.first?.int8(0) ?? 0) - count
        if unread > 0 { problems.append("There are \(unread) further rows whose numbers other events have.") }
        return AuditVerification(events: count, problems: problems)
    }

    /// - Parameter previous: the event that was read before it; this one afterwards.
    private static func problems(
        of row: PostgresRow, behind previous: inout AuditHead, upTo known: AuditHead, key: [UInt8]
    ) throws -> [String] {
        let number = try row.int8(0)
        guard number > previous.sequence else { return ["There is an event \(number) that the platform did not write."] }
        let gap = number > previous.sequence + 1 ? [previous.sequence + 1...number - 1] : []
        let event = try? SealedEvent(row)  // a column of it may be NULL
        let seal = (try? row.bytes(10)) ?? []
        defer { previous = AuditHead(sequence: number, seal: seal) }
        if let event, gap.isEmpty, try event.expectedSeal(after: previous.seal, key: key) == seal {
            guard number == known.sequence, seal != known.seal else { return [] }
            return ["Event \(number) is not the one that was written last."]
        }
        guard number <= known.sequence else {
            // Those between the newest and it are nobody's.
            let lost = previous.sequence < known.sequence ? [missing(previous.sequence + 1, known.sequence)] : []
            return lost + ["There is an event \(number) that the platform did not write."]
        }
        // Behind a gap a seal tells nothing: it covers the event before.
        return gap.isEmpty ? ["Event \(number) is not as it was written."] : gap.map { missing($0.lowerBound, $0.upperBound) }
    }

    private static func missing(_ first: Int64, _ last: Int64) -> String {
        first == last ? "Event \(first) is missing." : "Events \(first) to \(last) are missing."
    }
}
