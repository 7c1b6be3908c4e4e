import AdminAPI
import Postgres
import Quantities

/// Calls for those who look at the platform as a whole; what they name may be deleted.
extension Provisioning {
    /// `hold set`: of an address, on everybody who has it or had it and is kept; once more, on those who came to have it since.
    func setHold(_ request: AdminRequest<NewHold>) async throws -> Hold {
        let target: QuotaTarget = try request.path.require("target")
        let reason = request.body.reason
        try request.body.validate()
        let set = try await change { transaction in
            var count = 0
            for place in try await places(of: target, in: transaction) {
                // Waits for whoever is destroying something of the tenant, and they for this.
                _ = try await transaction.query("SELECT 1 FROM tenants WHERE tenant_id = $1 FOR NO KEY UPDATE", [place.keys[0]])
                count += try await transaction.query(
                    """
                    INSERT INTO holds (tenant_id, domain_id, user_id, reason, set_by) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
                    """, place.keys + [.text(reason), .text(String(request.caller.name.prefix(63)))]
                ).affected
            }
            return count
        }
        guard set > 0 else {
            throw AdminError(
                .alreadyExists, "There is a hold on \(target.text) already.",
                hint: "`hold list` shows it; `hold release \(target.text)` ends it.")
        }
        // Those who came to have the address since are told of last.
        guard let hold = try await holds().last(where: { $0.target == target }) else { throw Self.noHold(target) }
        return hold
    }

    /// `hold release`: what it kept from its users is forgotten with the next sweep, unless another hold keeps it.
    func releaseHold(_ request: AdminRequest<Nothing>) async throws -> Nothing {
        let target: QuotaTarget = try request.path.require("target")
        let released = try await change { transaction in
            var count = 0
            for place in try await places(of: target, in: transaction) {
                count += try await transaction.query(
                    """
                    DELETE FROM holds WHERE tenant_id = $1 AND domain_id IS NOT DISTINCT FROM $2 AND user_id IS NOT DISTINCT FROM $3
                    """, place.keys
                ).affected
            }
            return count
        }
        guard released > 0 else { throw Self.noHold(target) }
        return Nothing()
    }

    /// `hold list`.
    func listHolds(_ request: AdminRequest<Nothing>) async throws -> [Hold] { try await holds() }

    private static func noHold(_ target: QuotaTarget) -> AdminError {
        AdminError(.notFound, "There is no hold on \(target.text).", hint: "`hold list` shows all.")
    }

    private struct HeldPlace {
        /// Tenant, domain and user, as in `holds`.
        var keys: [PostgresValue]
    }

    private func places(of target: QuotaTarget, in transaction: PostgresTransaction) async throws -> [HeldPlace] {
        try await showDeleted(in: transaction)
        let found: PostgresResult
        switch target {
        case .tenant(let name):
            found = try await transaction.query(
                "SELECT tenant_id, NULL::bigint, NULL::bigint FROM tenants WHERE name = $1", [.text(name.text)])
            if found.isEmpty { throw AdminError.noTenant(name) }
        case .domain(let name):
            found = try await transaction.query(
                "SELECT tenant_id, domain_id, NULL::bigint FROM domains WHERE name = $1", [.text(name.text)])
            if found.isEmpty { throw AdminError.noDomain(name) }
        case .user(let address):
            found = try await transaction.query(
                """
                SELECT u.tenant_id, NULL::bigint, u.user_id FROM users u JOIN domains d USING (tenant_id, domain_id)
                WHERE d.name = $1 AND u.local_part = $2
                """, [.text(address.domain.text), .text(address.localPart)])
            if found.isEmpty { throw AdminError.noUser(address) }
        }
        return try found.rows.map { row in
            HeldPlace(keys: [.int8(try row.int8(0)), .optionalInt8(try row.optionalInt8(1)), .optionalInt8(try row.optionalInt8(2))])
        }
    }

    /// By tenant, name and time. One for what was set at one time: who had an address by turns may be held for reasons of their own.
    private func holds() async throws -> [Hold] {
        try await change { transaction in
            try await showDeleted(in: transaction)
            let found = try await transaction.query(
                """
                SELECT coalesce(u.local_part || '@' || o.name, d.name, t.name) AS target, t.name, h.reason, h.set_by, h.set_at,
                    sum(k.messages)::bigint, sum(k.bytes)::bigint
                FROM holds h JOIN tenants t USING (tenant_id) LEFT JOIN domains d USING (tenant_id, domain_id)
                    LEFT JOIN users u ON u.tenant_id = h.tenant_id AND u.user_id = h.user_id
                    LEFT JOIN domains o ON o.tenant_id = u.tenant_id AND o.domain_id = u.domain_id,
                    LATERAL (
                        SELECT count(*) AS messages, coalesce(sum(m.size), 0) AS bytes
                        FROM held_messages m JOIN users s USING (tenant_id, user_id)
                        WHERE m.tenant_id = h.tenant_id AND \(HoldRule.covers(domain: "s.domain_id", user: "m.user_id"))) k
                GROUP BY 1, 2, 3, 4, 5 ORDER BY 2, 1, 5
                """)
            return try found.rows.map { row in
                Hold(
                    target: try row.name(0), tenant: try row.name(1), reason: try row.text(2), setBy: try row.text(3),
                    setAt: try row.moment(4), keptMessages: try row.int8(5), keptBytes: ByteCount(try row.int8(6)))
            }
        }
    }
}
