import AdminAPI
import Postgres
import Quantities

extension Provisioning {
    /// Refuses what would be one more than the tenant's plan allows. Others who make such wait until the transaction ends.
    /// - Parameter amount: how many are to be made.
    func requireRoom(
        for what: LimitName, of tenant: Int64, amount: Int64 = 1, in transaction: PostgresTransaction
    ) async throws {
        let room = try await transaction.query(
            "SELECT allowed, present FROM room_in_plan($1, $2)", [.int8(tenant), .text(what.rawValue)])
        guard let row = room.first, let allowed = try row.optionalInt8(0) else { return }
        let present = try row.int8(1)
        guard present + amount > allowed else { return }
        throw AdminError(
            .conflict, "The tenant's plan allows \(allowed) \(what.rawValue), and there are \(present).",
            hint: "`plan override TENANT --\(what.words) NUMBER` allows more, `plan assign` gives the tenant another plan.")
    }

    /// Refuses a user's quota that is larger than the plan lets anybody have.
    func requireAllowed(_ quota: QuotaChange?, of tenant: Int64, in transaction: PostgresTransaction) async throws {
        guard case .to(let size) = quota?.bytes else { return }
        let largest = try await transaction.query("SELECT limit_number(tenant_limits($1), 'largestUserQuota')", [.int8(tenant)])
        guard let most = try largest.first?.optionalInt8(0), size.octets > most else { return }
        throw AdminError(
            .conflict, "The tenant's plan allows a user \(ByteCount(most)) at most.",
            hint: "`plan override TENANT --largest-user-quota SIZE` allows more.")
    }
}
