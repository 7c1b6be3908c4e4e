import AdminAPI
import Cryptography
import Postgres

/// An event with its place in the chain, as the table holds it.
struct SealedEvent {
    let sequence: Int64
    /// Microseconds since 1970.
    let at: Int64
    let entry: AuditLog.Entry
    /// As the table has it: what no role is called, and an empty text, is something else than none.
    private let role: String?
    var seal: [UInt8]

    init(sequence: Int64, at: Int64, entry: AuditLog.Entry, seal: [UInt8]) {
        (self.sequence, self.at, self.entry, self.seal) = (sequence, at, entry, seal)
        role = entry.role?.rawValue
    }

    static let selection = "SELECT \(columns) FROM audit_log"
    static let columns = "sequence, at, caller, role, origin, command, target, tenant, changes, result, seal, begun"

    /// A row of `selection`.
    init(_ row: PostgresRow) throws {
        sequence = try row.int8(0)
        at = try row.timestamp(1)
        role = try row.optionalText(3)
        entry = AuditLog.Entry(
            caller: try row.text(2), role: role.flatMap(Role.init(rawValue:)), origin: try row.text(4),
            command: try row.text(5), target: try row.text(6), tenant: try row.optionalText(7), changes: try row.text(8),
            result: try row.text(9), begun: try row.optionalInt8(11))
        seal = try row.bytes(10)
    }

    /// Can be repeated, since a connection may break behind the commit. A foreign row in its place does not bear its seal.
    var insertion: PostgresStatement {
        PostgresStatement(
            """
            INSERT INTO audit_log (\(Self.columns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            ON CONFLICT (sequence) DO NOTHING
            """,
            [
                .int8(sequence), .timestamp(at), .text(entry.caller), .optionalText(role), .text(entry.origin),
                .text(entry.command), .text(entry.target), .optionalText(entry.tenant), .text(entry.changes), .text(entry.result),
                .bytea(seal), .optionalInt8(entry.begun),
            ])
    }

    /// Each part with its length before it, so that no two events have the same octets.
    func expectedSeal(after previous: [UInt8], key: [UInt8]) throws(CryptographyError) -> [UInt8] {
        var octets: [UInt8] = []
        func add(_ part: [UInt8]) {
            withUnsafeBytes(of: UInt32(part.count).bigEndian) { octets += $0 }
            octets += part
        }
        add(previous)
        for number in [sequence, at] { withUnsafeBytes(of: number.bigEndian) { add(Array($0)) } }
        let texts = [
            entry.caller, role.map { $0.isEmpty ? "=" : $0 } ?? "", entry.origin, entry.command, entry.target,
            entry.tenant.map { "=\($0)" } ?? "", entry.changes, entry.result,
        ]
        for text in texts { add(Array(text.utf8)) }
        // Only where there is one: the seals of earlier events are without it.
        if let begun = entry.begun { withUnsafeBytes(of: begun.bigEndian) { add(Array($0)) } }
        return try Cryptography.hmacSHA256(key: key, octets)
    }

    /// - Parameter running: the first events of calls that are under way.
    func shown(_ running: Set<Int64>) -> AuditEvent {
        let isFirst = entry.result == AuditLog.Entry.begins
        return AuditEvent(
            sequence: sequence, at: Timestamp(microsecondsSince1970: at), caller: entry.caller, role: entry.role, origin: entry.origin,
            command: entry.command, target: entry.target, tenant: entry.tenant, changes: entry.changes,
            result: !isFirst ? entry.result : running.contains(sequence) ? AuditEvent.running : AuditEvent.unknown,
            seal: Hexadecimal.encode(seal), begun: entry.begun)
    }
}
