import AdminAPI
import Postgres

/// Keys of DKIM that a desired state asks for: they wait to be activated, as those of `dkim create` do.
extension Provisioning {
    /// Domains that one apply makes keys for: half a minute of a processor, and the shell waits a minute for its answer.
    private static let domainsAtOnce = 250

    static func requireFewKeys(_ domains: SortedChanges.Domains) throws(AdminError) {
        guard domains.signing.count <= domainsAtOnce else {
            throw AdminError(
                .invalid, "Keys of DKIM would be made for \(domains.signing.count) domains, and one apply makes them for \(domainsAtOnce).",
                hint: "Leave `dkim` out of the others, and apply again with it.")
        }
    }

    /// Before anything is locked, for they take a while.
    func newSigningKeys(for desired: DesiredTenant, _ undertaking: Undertaking) async throws -> [DomainName: NewSigningKeys] {
        guard desired.domains.contains(where: { $0.dkim == true }) else { return [:] }
        let names = try await change { transaction in
            let prepared = try await prepare(desired, undertaking, in: transaction)
            return prepared.fate == .comesBack ? [] : SortedChanges(prepared.changes).without(prepared.keeping).domains.signing
        }
        return try await Task.detached {
            var made: [DomainName: NewSigningKeys] = [:]
            for name in names {
                made[name] = try NewSigningKeys.random()
                await Task.yield()  // there may be no other thread for what others wait for
            }
            return made
        }.value
    }

    /// What signs stays, whatever is written.
    /// - Parameter undone: of the keys that wait, those alone go that this apply made.
    func write(
        _ keys: [DomainName: NewSigningKeys], for domains: SortedChanges.Domains, of tenant: Int64, undoing undone: Int64?,
        in transaction: PostgresTransaction
    ) async throws {
        if !domains.unsigned.isEmpty {
            _ = try await transaction.query(
                """
                DELETE FROM dkim_keys k USING domains d
                WHERE k.tenant_id = $1 AND d.tenant_id = $1 AND d.domain_id = k.domain_id AND d.name = ANY ($2)
                    AND k.alias IS NULL AND k.state = 'waiting'
                    AND ($3::bigint IS NULL OR k.created_at = (SELECT applied_at FROM applies WHERE number = $3))
                """, [.int8(tenant), .textArray(domains.unsigned.map(\.text)), .optionalInt8(undone)])
        }
        guard !domains.signing.isEmpty else { return }
        try await requireRoom(for: domains.signing, of: tenant, in: transaction)
        let stem = try await stem(nil, in: transaction), sealingKey = try roles.secrets.key(forDKIMOf: tenant)
        var owners: [String] = [], rows: [NewSigningKeys.Row] = []
        for name in domains.signing {
            guard let new = keys[name] else { throw Self.moved }
            let made = try new.rows(stem, for: name, sealedWith: sealingKey)
            owners += made.map { _ in name.text }
            rows += made
        }
        let made = try await transaction.query(
            """
            INSERT INTO dkim_keys (tenant_id, domain_id, selector, algorithm, private_key, public_key)
            SELECT d.tenant_id, d.domain_id, g.selector, g.algorithm, g.private_key, g.public_key
            FROM unnest($2::text[], $3::text[], $4::text[], $5::bytea[], $6::bytea[])
                AS g (domain, selector, algorithm, private_key, public_key)
            JOIN domains d ON d.tenant_id = $1 AND d.name = g.domain
            """,
            [
                .int8(tenant), .textArray(owners), .textArray(rows.map(\.selector.text)), .textArray(rows.map(\.algorithm.rawValue)),
                .byteaArray(rows.map(\.sealed)), .byteaArray(rows.map(\.publicKey)),
            ])
        try Self.expect(made.affected, rows.count)
    }

    /// Beside retired keys.
    private func requireRoom(for names: [DomainName], of tenant: Int64, in transaction: PostgresTransaction) async throws {
        let full = try await transaction.query(
            """
            SELECT d.name, count(*) FROM dkim_keys k JOIN domains d USING (tenant_id, domain_id)
            WHERE k.tenant_id = $1 AND d.name = ANY ($2) AND k.alias IS NULL
            GROUP BY d.name HAVING count(*) + 2 > $3 ORDER BY d.name LIMIT 1
            """, [.int8(tenant), .textArray(names.map(\.text)), .int8(Int64(Self.limitOfKeys))])
        if let row = full.first { throw Self.tooManyKeys(try row.text(0), Int(try row.int8(1))) }
    }
}
