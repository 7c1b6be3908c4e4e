import Postgres
import Runtime

/// A key that signs a domain's mail now.
public struct ActiveKey: Sendable {
    public let selector: String
    public let algorithm: String
    /// The private key, sealed.
    public let box: [UInt8]
}

/// The keys that sign the tenant's mail, read when they are first needed, and again after provisioning changed.
@EventLoopActor
final class SigningKeys {
    private let tenant: Int64
    private let database: Database
    /// Grows whenever provisioning changed.
    private var generation = 0
    private var keys: [String: [ActiveKey]]?

    init(tenant: Int64, database: Database) {
        self.tenant = tenant
        self.database = database
    }

    func forget() {
        generation += 1
        keys = nil
    }

    /// By the domains' own names. RSA comes first.
    func active() async throws(StoreError) -> [String: [ActiveKey]] {
        if let keys { return keys }
        let started = generation
        let found = try await database.query(
            """
            SELECT d.name, k.selector, k.algorithm, k.private_key FROM dkim_keys k JOIN domains d USING (tenant_id, domain_id)
            WHERE k.tenant_id = $1 AND k.state = 'active' ORDER BY k.algorithm DESC, k.selector
            """, [.int8(tenant)])
        let loaded = try StoreError.reading { () throws(PostgresError) in
            var loaded: [String: [ActiveKey]] = [:]
            for row in found.rows {
                let key = ActiveKey(selector: try row.text(1), algorithm: try row.text(2), box: try row.bytes(3))
                loaded[try row.text(0), default: []].append(key)
            }
            return loaded
        }
        if started == generation { keys = loaded }
        return loaded
    }
}

extension TenantStore {
    /// The keys that sign for a domain's own name; none for other names. RSA comes first.
    public func activeKeys(of domain: String) async throws(StoreError) -> [ActiveKey] { try await signingKeys.active()[domain] ?? [] }
}
