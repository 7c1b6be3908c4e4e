import AdminAPI
import Postgres
import Runtime

/// The events as the table has them, each of which is sealed together with the one before.
struct AuditChain {
    let database: PostgresPool
    let key: [UInt8]

    /// - Parameter known: the one that was written last.
    @EventLoopActor func verify(upTo known: AuditHead) async throws -> AuditVerification {
        var previous = AuditHead.none
        var count: Int64 = 0
        var problems: [String] = []
        while true {
            let page = try await database.query(
                "\(SealedEvent.selection) WHERE sequence > $1 AND sequence <= $2 ORDER BY sequence LIMIT 5000",
                [.int8(previous.sequence), .int8(known.sequence)])
            guard !page.isEmpty else { break }
            for row in page.rows {
                let event = try SealedEvent(row)
                count += 1
                if event.sequence != previous.sequence + 1 {
                    problems.append(Self.missing(previous.sequence + 1, event.sequence - 1))
                } else if try event.expectedSeal(after: previous.seal, key: key) != event.seal {
                    problems.append("Event \(event.sequence) is not as it was written.")
                }
                previous = AuditHead(sequence: event.sequence, seal: event.seal)
                guard problems.count < 100 else {
                    return AuditVerification(events: count, problems: problems + ["There is more; the search was ended here."])
                }
            }
        }
        if previous.sequence < known.sequence {
            problems.append(Self.missing(previous.sequence + 1, known.sequence))
        } else if previous != known {
            problems.append("Event \(previous.sequence) is not the one that was written last.")
        }
        return AuditVerification(events: count, problems: problems)
    }

    private static func missing(_ first: Int64, _ last: Int64) -> String {
        first == last ? "Event \(first) is missing." : "Events \(first) to \(last) are missing."
    }
}
