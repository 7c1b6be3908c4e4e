import AdminAPI
import DKIM
import Postgres

struct DKIMRow: Sendable {
    var key: DKIMKey
    var record: KeyRecord
}

extension Provisioning {
    /// `dkim list`.
    func listDKIMKeys(_ request: AdminRequest<Nothing>) async throws -> [DKIMKey] {
        let (tenant, domain) = try await filters(of: request)
        return try await dkimRows(of: domain, tenant: tenant).map(\.key)
    }

    /// `dkim show`.
    func showDKIMKeys(_ request: AdminRequest<Nothing>) async throws -> [DKIMKey] {
        let name: DomainName = try request.path.require("name")
        _ = try await domain(name)
        return try await dkimKeys(of: name)
    }

    func dkimKeys(of name: DomainName) async throws -> [DKIMKey] { try await dkimRows(of: name).map(\.key) }

    /// By domain, and the newest first.
    func dkimRows(of domain: DomainName? = nil, tenant: TenantName? = nil) async throws -> [DKIMRow] {
        let found = try await database.query(
            """
            SELECT d.name, k.selector, k.algorithm, k.public_key, k.state, k.created_at, k.changed_at
            FROM dkim_keys k JOIN domains d USING (tenant_id, domain_id) JOIN tenants t USING (tenant_id)
            WHERE ($1::text IS NULL OR d.name = $1) AND ($2::text IS NULL OR t.name = $2)
            ORDER BY d.name, k.created_at DESC, k.selector DESC
            """, [.optionalText(domain?.text), .optionalText(tenant?.text)])
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

extension DKIMKey.State {
    fileprivate var purpose: String {
        switch self {
        case .waiting: "a key that signs mail once `dkim activate` has found it here (DKIM)"
        case .active: "others verify what is signed now (DKIM)"
        case .retired: "others verify mail that was signed before and is on its way; may go after a week (DKIM)"
        }
    }
}
