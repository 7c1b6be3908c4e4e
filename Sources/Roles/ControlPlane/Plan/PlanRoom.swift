import AdminAPI
import Postgres
import Quantities

/// How many of something a tenant's plan allows, and how many there are.
struct PlanRoom {
    var what: LimitName
    var allowed: Int64
    var present: Int64

    var refusal: AdminError {
        AdminError(
            .conflict, "The tenant's plan allows \(allowed) \(what.rawValue), and there are \(present).",
            hint: "`plan override TENANT --\(what.words) NUMBER` allows more, `plan assign` gives the tenant another plan.")
    }
}

extension Provisioning {
    /// What the database says of a tenant that is deleted (`Migrations/0025_living_tenants.sql`).
    private static let deletedTenant = SQLState(rawValue: "TN001")

    /// Who else makes such, or deletes the tenant, waits until the transaction ends.
    /// - Returns: nil when the plan does not limit it.
    /// - Throws: `AdminError` for a tenant that was deleted meanwhile.
    @discardableResult func room(for what: LimitName, of tenant: Int64, in transaction: PostgresTransaction) async throws -> PlanRoom? {
        let room: PostgresResult
        do {
            room = try await transaction.query(
                "SELECT allowed, present FROM room_in_plan($1, $2)", [.int8(tenant), .text(what.rawValue)])
        } catch {
            guard error.sqlState == Self.deletedTenant else { throw error }
            guard let name = error.detail.flatMap({ try? TenantName($0) }) else {
                throw AdminError(.notFound, "The tenant was deleted at the same moment.", hint: "`tenant list` shows all.")
            }
            throw AdminError.noTenant(name)
        }
        guard let row = room.first, let allowed = try row.optionalInt8(0) else { return nil }
        return PlanRoom(what: what, allowed: allowed, present: try row.int8(1))
    }

    /// Refuses what would be more than the tenant's plan allows.
    func requireRoom(for what: LimitName, of tenant: Int64, adding count: Int64 = 1, in transaction: PostgresTransaction) async throws {
        guard count > 0, let room = try await room(for: what, of: tenant, in: transaction) else { return }
        if room.present + count > room.allowed { throw room.refusal }
    }

    /// Refuses a user's quota that is larger than the plan lets anybody have.
    func requireAllowed(_ quota: QuotaChange?, of tenant: Int64, in transaction: PostgresTransaction) async throws {
        if let refusal = Self.refusal(of: quota, above: try await largestQuota(in: tenant, transaction)) { throw refusal }
    }

    /// Refuses, of users whose places are free, those with too large a quota, and those beyond the number that the plan allows.
    func withinPlan(
        _ places: [PlaceOfUser], _ quotas: [QuotaChange?], in transaction: PostgresTransaction
    ) async throws -> [PlaceOfUser] {
        var rooms: [Int64: (users: PlanRoom?, largest: Int64?)] = [:]
        var result: [PlaceOfUser] = []
        for (place, quota) in zip(places, quotas) {
            guard case .free(let tenant, _) = place else {
                result.append(place)
                continue
            }
            if rooms[tenant] == nil {
                rooms[tenant] = (try await room(for: .users, of: tenant, in: transaction), try await largestQuota(in: tenant, transaction))
            }
            if let refusal = Self.refusal(of: quota, above: rooms[tenant]?.largest) {
                result.append(.refused(refusal))
            } else if let room = rooms[tenant]?.users, room.present >= room.allowed {
                result.append(.refused(room.refusal))
            } else {
                rooms[tenant]?.users?.present += 1
                result.append(place)
            }
        }
        return result
    }

    private func largestQuota(in tenant: Int64, _ transaction: PostgresTransaction) async throws -> Int64? {
        try await transaction.query("SELECT limit_number(tenant_limits($1), 'largestUserQuota')", [.int8(tenant)]).first?.optionalInt8(0)
    }

    private static func refusal(of quota: QuotaChange?, above most: Int64?) -> AdminError? {
        guard case .to(let size) = quota?.bytes, let most, size.octets > most else { return nil }
        return AdminError(
            .conflict, "The tenant's plan allows a user \(ByteCount(most)) at most.",
            hint: "`plan override TENANT --largest-user-quota SIZE` allows more.")
    }
}
