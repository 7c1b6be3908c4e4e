import AdminAPI
import Postgres

extension Provisioning {
    /// `quota set`: a limit below what is stored already refuses new mail and removes none.
    func setQuota(_ request: AdminRequest<QuotaChange>) async throws -> QuotaReport {
        let target: QuotaTarget = try request.path.require("target")
        let new = request.body
        try new.validate(at: target.level)
        try new.validateIsSome()
        let limits: [PostgresValue] = [
            .bool(new.bytes != nil), .optionalInt8(new.bytes?.stored(at: target.level)), .bool(new.messages != nil),
            .optionalInt8(new.messages?.limit),
        ]
        let assignment = """
            quota_bytes = CASE WHEN $1::bool THEN $2::bigint ELSE quota_bytes END,
            quota_messages = CASE WHEN $3::bool THEN $4::bigint ELSE quota_messages END
            """
        let changed: PostgresResult
        switch target {
        case .tenant(let name):
            changed = try await database.query(
                "UPDATE tenants SET \(assignment) WHERE name = $5 RETURNING tenant_id", limits + [.text(name.text)])
            if changed.isEmpty { throw AdminError.noTenant(name) }
        case .domain(let name):
            changed = try await database.query(
                "UPDATE domains SET \(assignment) WHERE name = $5 RETURNING tenant_id", limits + [.text(name.text)])
            if changed.isEmpty { throw AdminError.noDomain(name) }
        case .user(let address):
            changed = try await change { transaction in
                let keys = try await find(address, in: transaction)
                try await requireAllowed(new, of: keys.tenant, in: transaction)
                return try await transaction.query(
                    "UPDATE users SET \(assignment) WHERE tenant_id = $5 AND user_id = $6 RETURNING tenant_id",
                    limits + [.int8(keys.tenant), .int8(keys.user)])
            }
        }
        if let tenant = try changed.first?.int8(0) { directoryChanged(of: tenant) }
        return try await quotaReport(target)
    }
}
