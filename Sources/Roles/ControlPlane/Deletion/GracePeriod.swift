import AdminAPI
import Postgres

/// How long what is deleted is kept before it is destroyed.
enum GracePeriod: Sendable, Equatable {
    /// It is destroyed at once.
    case atOnce
    case days(Int64)
    /// Until somebody destroys it.
    case unlimited

    /// So many are for ever, and no moment that a calendar has.
    private static let longest: Int64 = 36_500

    init(days: Int64) { self = days <= 0 ? .atOnce : days > Self.longest ? .unlimited : .days(days) }

    /// For `kept_until` as `now() + $n::bigint * interval '1 day'`: NULL is for ever.
    var parameter: PostgresValue {
        switch self {
        case .atOnce: .int8(0)
        case .days(let days): .int8(days)
        case .unlimited: .optionalInt8(nil)
        }
    }
}

/// Deletion is a state of users, domains and tenants: `Migrations/0023_life_cycle.sql` says why, and how it is hidden. Aliases and groups
/// are moved (`KeptAddress.swift`).
extension Provisioning {
    /// The rest of the transaction sees also what is deleted.
    func showDeleted(in transaction: PostgresTransaction) async throws {
        _ = try await transaction.query("SELECT set_config('casella.shows_deleted', 'on', true)")
    }

    /// And from here on no more, as at its beginning.
    func hideDeleted(in transaction: PostgresTransaction) async throws {
        _ = try await transaction.query("SELECT set_config('casella.shows_deleted', '', true)")
    }

    /// What the tenant's plan says; else the configuration.
    func gracePeriod(of tenant: Int64, in transaction: PostgresTransaction) async throws -> GracePeriod {
        let found = try await transaction.query(
            "SELECT (planned || limits) ->> 'keptDays' FROM tenants WHERE tenant_id = $1", [.int8(tenant)])
        guard let text = try found.first?.optionalText(0) else { return GracePeriod(days: Int64(facts.deletedKeptDays)) }
        return Int64(text).map { GracePeriod(days: $0) } ?? .unlimited
    }
}

/// The caller's choice, and the state that comes of it.
struct DeletionWish: Sendable {
    /// Nothing is to be kept.
    var now: Bool
    var caller: String
    /// The caller administers a part of the platform, and may have so much kept alone as could be stored.
    var isBounded: Bool

    init(_ request: AdminRequest<Nothing>) {
        (now, caller, isBounded) = (request.query["now"] == "true", request.caller.name, request.caller.part != nil)
    }

    /// For what else is deleted with it.
    init(caller: String) { (now, self.caller, isBounded) = (false, caller, false) }

    /// What is set of the row, with who deletes as `$1` and the period as `$2`.
    static let state = "deleted_at = now(), deleted_by = $1, kept_until = now() + $2::bigint * interval '1 day'"
    /// And how it ends.
    static let ending = "deleted_at = NULL, deleted_by = NULL, kept_until = NULL"

    func parameters(_ period: GracePeriod) -> [PostgresValue] { [.text(String(caller.prefix(63))), period.parameter] }
}

extension Deletion {
    /// - Parameter row: with `kept_until` alone.
    init(kept row: PostgresRow) throws(PostgresError) {
        self.init(destroyed: false, keptUntil: try row.optionalTimestamp(0).map { Timestamp(microsecondsSince1970: $0) })
    }
}
