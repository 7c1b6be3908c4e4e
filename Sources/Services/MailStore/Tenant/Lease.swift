import BlobStore
import Postgres
import Runtime

/// The right to write this tenant's mail: the row of `leases` that carries our epoch. Taking it raises the epoch, which
/// waits for the previous holder's transactions (they hold the row `FOR SHARE`) and fails all its later ones.
struct Lease: Sendable {
    let tenant: Int64
    let epoch: Int64
    /// How many holders before ended without having said that all rows were committed: see `UncleanEnds`.
    let uncleanEnds: Int64

    /// A lease as it was found.
    struct Taken {
        let lease: Lease
        /// How far the blob log is entered in the tables.
        let entered: LogPosition
        /// The holder before ended as it should: so this one may tell numbers from now on. Else it must have entered the log and called
        /// `noteAhead` first, so that holders which get no further than there are not counted.
        let wasClean: Bool
    }

    static func take(_ tenant: Int64, from database: Database) async throws(StoreError) -> Taken {
        let result = try await database.query("""
            UPDATE leases SET epoch = epoch + 1, unclean_ends = unclean_ends + may_be_ahead::int, may_be_ahead = NOT may_be_ahead
            WHERE tenant_id = $1 RETURNING epoch, unclean_ends, log_segment, log_offset, may_be_ahead
            """, [.int8(tenant)])
        guard let row = result.first else { throw .unavailable(reason: "tenant \(tenant) has no lease") }
        return try StoreError.reading { () throws(PostgresError) in
            Taken(
                lease: Lease(tenant: tenant, epoch: try row.int8(0), uncleanEnds: try row.int8(1)),
                entered: LogPosition(segment: try row.int8(2), offset: try row.int8(3)), wasClean: try row.bool(4))
        }
    }

    /// Says that numbers may be told from now on before their rows are committed.
    func noteAhead(_ database: Database) async throws(StoreError) {
        let result = try await database.query(
            "UPDATE leases SET may_be_ahead = true WHERE tenant_id = $1 AND epoch = $2 RETURNING 1", [.int8(tenant), .int8(epoch)])
        guard !result.isEmpty else { throw .leaseLost }
    }

    /// At the end: says that the rows of all numbers that were told are committed. Should it not be said, numbers are skipped.
    func noteCleanEnd(_ database: Database) async {
        _ = try? await database.pool.query(
            "UPDATE leases SET may_be_ahead = false WHERE tenant_id = $1 AND epoch = $2", [.int8(tenant), .int8(epoch)])
    }

    /// Fails the transaction (division by zero) unless the lease is still ours; keeps it ours until the transaction ends.
    var check: PostgresStatement {
        PostgresStatement(
            "SELECT 1 / (SELECT count(*) FROM (SELECT 1 FROM leases WHERE tenant_id = $1 AND epoch = $2 FOR SHARE) held)",
            [.int8(tenant), .int8(epoch)])
    }

    /// The same, for a transaction that enters the blob log up to here.
    func check(entering position: LogPosition) -> PostgresStatement {
        PostgresStatement("""
            WITH held AS (
                UPDATE leases SET log_segment = $3, log_offset = $4 WHERE tenant_id = $1 AND epoch = $2 RETURNING 1)
            SELECT 1 / (SELECT count(*) FROM held)
            """, [.int8(tenant), .int8(epoch), .int8(position.segment), .int8(position.offset)])
    }

    /// Whether this error is what `check` raises.
    static func isLost(_ error: PostgresError) -> Bool { error.sqlState == SQLState(rawValue: "22012") }

    /// How far `fenced` raises the epoch. Taking the lease raises it by one, so the two cannot be mistaken for each other.
    private static let fence: Int64 = 1 << 20

    /// The lease under a new epoch, so that no transaction that was sent before can commit after this returns. Harmless to
    /// try again when its own outcome is unknown.
    /// - Throws: `.leaseLost` when it is no longer ours.
    func fenced(_ database: Database) async throws(StoreError) -> Lease {
        let result = try await database.query(
            "UPDATE leases SET epoch = $3 WHERE tenant_id = $1 AND epoch IN ($2, $3) RETURNING epoch",
            [.int8(tenant), .int8(epoch), .int8(epoch + Self.fence)])
        guard !result.isEmpty else { throw .leaseLost }
        return Lease(tenant: tenant, epoch: epoch + Self.fence, uncleanEnds: uncleanEnds)
    }
}
