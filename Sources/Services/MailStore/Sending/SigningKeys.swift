import Cryptography
import Postgres
import Runtime

/// A key that signs a domain's mail now.
public struct ActiveKey: Sendable {
    public let selector: String
    public let algorithm: String
    /// Or why it cannot be used.
    public let key: Result<SigningKey, CryptographyError>
}

/// The keys that sign the tenant's mail, read when they are first needed, and again after provisioning changed.
@EventLoopActor
final class SigningKeys {
    /// As the database has it.
    private struct SealedKey: Sendable {
        let selector: String
        let algorithm: String
        let box: [UInt8]

        func opened(with sealingKey: [UInt8]) -> ActiveKey {
            let key = Result { () throws(CryptographyError) in try SigningKey(sealed: box, key: sealingKey) }
            return ActiveKey(selector: selector, algorithm: algorithm, key: key)
        }
    }

    private let tenant: Int64
    private let database: Database
    /// Grows whenever provisioning changed.
    private var generation = 0
    /// By the names that they sign for: domains' own, and further ones.
    private var sealed: [String: [SealedKey]]?
    /// Those of names whose mail was signed since.
    private var opened: [String: [ActiveKey]] = [:]

    init(tenant: Int64, database: Database) {
        self.tenant = tenant
        self.database = database
    }

    func forget() {
        generation += 1
        sealed = nil
        opened = [:]
    }

    /// - Parameter sealingKey: opens them.
    func active(of domain: String, _ sealingKey: [UInt8]) async throws(StoreError) -> [ActiveKey] {
        if let keys = opened[domain] { return keys }
        let started = generation
        guard let keys = try await all()[domain] else { return [] }
        // The event loop has other things to do than to understand keys of RSA.
        let active = await Task.detached { keys.map { $0.opened(with: sealingKey) } }.value
        if started == generation { opened[domain] = active }
        return active
    }

    private func all() async throws(StoreError) -> [String: [SealedKey]] {
        if let sealed { return sealed }
        let started = generation
        let found = try await database.query(
            """
            SELECT coalesce(k.alias, d.name), k.selector, k.algorithm, k.private_key
            FROM dkim_keys k JOIN domains d USING (tenant_id, domain_id)
            WHERE k.tenant_id = $1 AND k.state = 'active' ORDER BY k.algorithm DESC, k.selector
            """, [.int8(tenant)])
        let loaded = try StoreError.reading { () throws(PostgresError) in
            var loaded: [String: [SealedKey]] = [:]
            for row in found.rows {
                let key = SealedKey(selector: try row.text(1), algorithm: try row.text(2), box: try row.bytes(3))
                loaded[try row.text(0), default: []].append(key)
            }
            return loaded
        }
        if started == generation { sealed = loaded }
        return loaded
    }
}

extension TenantStore {
    /// The keys that sign for this name of a domain, in lower case; each name has its own. RSA comes first.
    /// - Parameter sealingKey: opens them; they stay open until provisioning changes.
    public func activeKeys(of domain: String, sealedWith sealingKey: [UInt8]) async throws(StoreError) -> [ActiveKey] {
        try await signingKeys.active(of: domain, sealingKey)
    }
}
