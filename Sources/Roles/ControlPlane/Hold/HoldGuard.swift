import AdminAPI
import Postgres

/// Keys of what is about to be destroyed.
enum Doomed: Sendable {
    case tenant(Int64)
    case domain(tenant: Int64, domain: Int64)
    case user(tenant: Int64, user: Int64)
    /// An alias or a group of the domain.
    case address(tenant: Int64, domain: Int64)

    /// The last one: whether what is below the domain, or the tenant, goes with it.
    fileprivate var keys: [PostgresValue] {
        switch self {
        case .tenant(let tenant): [.int8(tenant), .optionalInt8(nil), .optionalInt8(nil), .bool(true)]
        case .domain(let tenant, let domain): [.int8(tenant), .int8(domain), .optionalInt8(nil), .bool(true)]
        case .user(let tenant, let user): [.int8(tenant), .optionalInt8(nil), .int8(user), .bool(false)]
        case .address(let tenant, let domain): [.int8(tenant), .int8(domain), .optionalInt8(nil), .bool(false)]
        }
    }
}

extension Provisioning {
    /// What a legal hold is on that keeps this: itself, something above it, or something below that would go with it. nil: nothing.
    func hold(on doomed: Doomed, in transaction: PostgresTransaction) async throws -> String? {
        let found = try await transaction.query(
            """
            SELECT coalesce(u.local_part || '@' || o.name, d.name, t.name, 'something else')
            FROM holds h LEFT JOIN tenants t ON t.tenant_id = h.tenant_id
                LEFT JOIN domains d ON d.tenant_id = h.tenant_id AND d.domain_id = h.domain_id
                LEFT JOIN users u ON u.tenant_id = h.tenant_id AND u.user_id = h.user_id
                LEFT JOIN domains o ON o.tenant_id = u.tenant_id AND o.domain_id = u.domain_id
                LEFT JOIN users doomed ON doomed.tenant_id = h.tenant_id AND doomed.user_id = $3
            WHERE h.tenant_id = $1 AND (
                \(HoldRule.covers(domain: "coalesce($2, doomed.domain_id)", user: "$3"))
                OR $4 AND ($2::bigint IS NULL OR u.domain_id = $2))
            LIMIT 1
            """, doomed.keys)
        return try found.first?.text(0)
    }

    /// Refuses to destroy what a legal hold keeps.
    func requireNoHold(on doomed: Doomed, called name: String, in transaction: PostgresTransaction) async throws {
        if let hold = try await hold(on: doomed, in: transaction) { throw Self.held(name, by: hold) }
    }

    /// Refuses to let a user leave a domain that a hold is on, and so the hold.
    func requireNoHold(
        onLeaving domain: DomainName, at place: (tenant: Int64, domain: Int64), for other: (tenant: Int64, domain: Int64),
        in transaction: PostgresTransaction
    ) async throws {
        guard place.domain != other.domain else { return }
        let found = try await transaction.query(
            "SELECT 1 FROM holds WHERE tenant_id = $1 AND domain_id = $2", [.int8(place.tenant), .int8(place.domain)])
        guard !found.isEmpty else { return }
        throw AdminError(
            .conflict, "There is a legal hold on \(domain), which its users do not leave.",
            hint: "`hold release \(domain)` ends it, after a `hold set` for the user.")
    }

    private static func held(_ name: String, by hold: String) -> AdminError {
        AdminError(
            .conflict, "\(name) cannot be destroyed: there is a legal hold on \(hold).",
            hint: "Without --now it is deleted and kept. `hold list` shows holds, `hold release \(hold)` ends this one.")
    }

    /// Words what the tables themselves refuse: a hold that came at the same moment.
    func destroying<Result: Sendable>(_ name: String, _ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch {
            guard (error as? PostgresError)?.sqlState == .restrictViolation else { throw error }
            throw Self.held(name, by: "it, or above or below it")
        }
    }
}
