import AdminAPI
import DKIM
import Postgres

/// One of a domain's names, which signs mail with keys of its own: no signature holds that the zone of that name has no record for.
struct SigningName: Sendable {
    var tenant: Int64
    var domain: Int64
    /// nil: the domain's own name.
    var alias: String?

    /// The first three of a statement about its keys.
    var parameters: [PostgresValue] { [.int8(tenant), .int8(domain), .optionalText(alias)] }

    /// Which rows of `dkim_keys` these are.
    static let keys = "tenant_id = $1 AND domain_id = $2 AND alias IS NOT DISTINCT FROM $3::text"
}

struct DKIMRow: Sendable {
    var key: DKIMKey
    var record: KeyRecord
}

extension Provisioning {
    /// `dkim list`.
    func listDKIMKeys(_ request: AdminRequest<Nothing>) async throws -> [DKIMKey] {
        let tenant: TenantName? = try request.query.optional("tenant"), name: DomainName? = try request.query.optional("domain")
        if let tenant { _ = try await self.tenant(tenant) }
        if let name { _ = try await domain(underAnyName: name) }
        return try await dkimRows(of: name, tenant: tenant).map(\.key)
    }

    /// `dkim show`.
    func showDKIMKeys(_ request: AdminRequest<Nothing>) async throws -> [DKIMKey] {
        let name: DomainName = try request.path.require("name")
        _ = try await domain(underAnyName: name)
        return try await dkimKeys(of: name)
    }

    /// Of this name alone: each name of a domain has its own.
    func dkimKeys(of name: DomainName) async throws -> [DKIMKey] { try await dkimRows(of: name).map(\.key) }

    /// By name, and the newest first.
    func dkimRows(of name: DomainName? = nil, tenant: TenantName? = nil) async throws -> [DKIMRow] {
        let wanted: RowFilter = ["coalesce(k.alias, d.name)": name?.text, "t.name": tenant?.text]
        let found = try await database.query(
            """
            SELECT coalesce(k.alias, d.name), k.selector, k.algorithm, k.public_key, k.state, k.created_at, k.changed_at
            FROM dkim_keys k JOIN domains d USING (tenant_id, domain_id) JOIN tenants t USING (tenant_id)
            WHERE \(wanted.sql)
            ORDER BY 1, k.created_at DESC, k.selector DESC
            """, wanted.parameters)
        return try found.rows.map { row in
            let name: DomainName = try row.name(0), selector: DKIMSelector = try row.name(1)
            let record = KeyRecord(algorithm: Algorithm(rawValue: try row.text(2)) ?? .rsa, publicKey: try row.bytes(3))
            let state = DKIMKey.State(rawValue: try row.text(4)) ?? .retired
            let published = DNSRecord(
                name: KeyRecord.name(selector: selector.text, domain: name.text) + ".", type: "TXT", value: record.zoneText,
                purpose: state.purpose)
            return DKIMRow(
                key: DKIMKey(
                    domain: name, selector: selector, algorithm: record.algorithm.rawValue, state: state, record: published,
                    createdAt: try row.moment(5), changedAt: try row.moment(6)),
                record: record)
        }
    }
}

extension Provisioning {
    /// The domain's row stays as it is until the transaction ends.
    func lockSigningName(_ name: DomainName, in transaction: PostgresTransaction) async throws -> SigningName {
        let aliased = try await transaction.query(
            "SELECT d.name FROM domain_aliases a JOIN domains d USING (tenant_id, domain_id) WHERE a.name = $1", [.text(name.text)])
        let own: DomainName = try aliased.first?.name(0) ?? name
        let keys = try await lockDomain(own, in: transaction)
        return SigningName(tenant: keys.tenant, domain: keys.domain, alias: own == name ? nil : name.text)
    }
}

extension DKIMKey.State {
    fileprivate var purpose: String {
        switch self {
        case .waiting: "a key that signs mail once `dkim activate` has found it here (DKIM)"
        case .active: "others verify what is signed now (DKIM)"
        case .retired: "others verify mail that was signed before and is on its way; may go after a week (DKIM)"
        }
    }
}
