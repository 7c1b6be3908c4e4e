import Postgres
import Runtime

/// A key that signs a domain's mail now.
public struct ActiveKey: Sendable {
    public let selector: String
    public let algorithm: String
    /// The private key, sealed.
    public let box: [UInt8]
}

extension TenantStore {
    /// The keys that sign for a domain's own name; none for other names. RSA comes first.
    public func activeKeys(of domain: String) async throws(StoreError) -> [ActiveKey] {
        let found = try await database.query(
            """
            SELECT k.selector, k.algorithm, k.private_key FROM dkim_keys k JOIN domains d USING (tenant_id, domain_id)
            WHERE k.tenant_id = $1 AND d.name = $2 AND k.state = 'active' ORDER BY k.algorithm DESC, k.selector
            """, [.int8(tenant), .text(domain)])
        return try StoreError.reading { () throws(PostgresError) in
            var keys: [ActiveKey] = []
            for row in found.rows {
                keys.append(ActiveKey(selector: try row.text(0), algorithm: try row.text(1), box: try row.bytes(2)))
            }
            return keys
        }
    }
}
