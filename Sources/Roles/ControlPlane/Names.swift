import AdminAPI
import Postgres

extension Provisioning {
    /// Names that the shell completes.
    func names(_ request: AdminRequest<Nothing>) async throws -> NameList {
        guard let kind = request.query["kind"].flatMap(NameKind.init(rawValue:)) else {
            throw AdminError(
                .invalid, "The kind of names is missing or unknown.", hint: NameKind.allCases.map(\.rawValue).joined(separator: ", "))
        }
        let prefix = (request.query["prefix"] ?? "").lowercased()
        switch kind {
        // Of the platform alone.
        case .workers, .wrongLogins, .certificates, .plans, .held:
            guard request.caller.role.permissions.contains(.readPlatform) else { return NameList([]) }
        case .claims:
            guard request.caller.role.permissions.contains(.claimDomains) else { return NameList([]) }
        case .applies:
            guard request.caller.role.permissions.contains(.applyStates) else { return NameList([]) }
        default: break
        }
        switch kind {
        case .workers:
            return NameList(Array(allWorkers.map(\.name.text).filter { $0.hasPrefix(prefix) }.sorted().prefix(NameList.maximum)))
        case .wrongLogins:
            let subjects = Set(authenticator.wrongLogins().flatMap { [$0.account, $0.place] }.compactMap(\.self))
            return NameList(Array(subjects.filter { $0.hasPrefix(prefix) }.sorted().prefix(NameList.maximum)))
        case .tenants, .domains, .domainAliases, .domainNames, .claims, .addresses, .aliases, .groups, .mailboxes, .quotaTargets, .queued,
            .administrators, .certificates, .plans, .deletedTenants, .deletedDomains, .deletedAddresses, .deletedAliases, .deletedGroups,
            .held, .applies, .selectors, .appPasswords:
            let owner = kind.isOwned ? [PostgresValue.text((request.query["of"] ?? "").lowercased())] : []
            // Most names are in lower case; to make them so takes longer than all else where there are tens of thousands.
            let compared = kind.isOwned ? "lower(name)" : "name"
            // starts_with, and not LIKE: the prefix is text, whatever signs are in it.
            let result = try await change { transaction in
                if kind.concernsDeleted { try await showDeleted(in: transaction) }
                return try await transaction.query(
                    "SELECT name FROM (\(source(of: kind))) AS all_names (name) WHERE starts_with(\(compared), $1) ORDER BY name LIMIT $2",
                    [.text(prefix), .int8(Int64(NameList.maximum))] + owner)
            }
            return NameList(try result.rows.map { try $0.text(0) })
        }
    }

    /// Names of one domain or user alone take who that is as `$3`.
    private func source(of kind: NameKind) -> String {
        let tenants = "SELECT name FROM tenants"
        let domains = "SELECT name FROM domains", aliases = "SELECT name FROM domain_aliases"
        let addresses = "SELECT u.local_part || '@' || d.name FROM users u JOIN domains d USING (tenant_id, domain_id)"
        switch kind {
        case .tenants: return tenants
        case .domains: return domains
        case .claims: return "SELECT DISTINCT name FROM domain_claims"
        case .domainAliases: return aliases
        case .domainNames: return "\(domains) UNION ALL \(aliases)"
        case .addresses: return addresses
        case .aliases: return "SELECT DISTINCT a.local_part || '@' || d.name FROM aliases a JOIN domains d USING (tenant_id, domain_id)"
        case .groups: return "SELECT g.local_part || '@' || d.name FROM groups g JOIN domains d USING (tenant_id, domain_id)"
        case .mailboxes: return "\(addresses) WHERE u.shared"
        case .quotaTargets: return "\(tenants) UNION ALL \(domains) UNION ALL \(addresses)"
        case .queued: return "SELECT queue_id::text FROM queue_messages"
        case .administrators: return "SELECT name FROM administrators"
        case .certificates: return "SELECT name FROM certificates"
        case .plans: return "SELECT name FROM plans"
        case .applies:
            // As `applies` lists them.
            return """
                SELECT a.number::text FROM applies a LEFT JOIN tenants t ON t.tenant_id = a.administered_tenant
                WHERE a.administered_tenant IS NULL OR t.tenant_id IS NOT NULL
                """
        case .selectors:
            return "SELECT k.selector FROM dkim_keys k JOIN domains d USING (tenant_id, domain_id) WHERE coalesce(k.alias, d.name) = $3"
        case .appPasswords:
            return """
                SELECT p.name FROM app_passwords p JOIN users u USING (tenant_id, user_id)
                    JOIN domains d ON d.tenant_id = u.tenant_id AND d.domain_id = u.domain_id
                WHERE u.local_part || '@' || d.name = $3
                """
        case .deletedTenants: return "\(tenants) WHERE deleted_at IS NOT NULL"
        case .deletedDomains: return "\(domains) WHERE deleted_at IS NOT NULL AND NOT deleted_with_tenant"
        case .deletedAliases: return keptAddresses(.alias)
        case .deletedGroups: return keptAddresses(.group)
        case .deletedAddresses: return "SELECT DISTINCT k.name FROM (\(addresses) WHERE u.deleted_at IS NOT NULL) k (name)"
        case .held:
            return """
                SELECT DISTINCT coalesce(u.local_part || '@' || o.name, d.name, t.name)
                FROM holds h JOIN tenants t USING (tenant_id) LEFT JOIN domains d USING (tenant_id, domain_id)
                    LEFT JOIN users u ON u.tenant_id = h.tenant_id AND u.user_id = h.user_id
                    LEFT JOIN domains o ON o.tenant_id = u.tenant_id AND o.domain_id = u.domain_id
                """
        case .workers, .wrongLogins: return "SELECT NULL::text WHERE false"  // of no table
        }
    }
}

/// Those that can be brought back: the transaction does not see deleted domains.
private func keptAddresses(_ kind: KeptAddressKind) -> String {
    """
    SELECT DISTINCT a.local_part || '@' || d.name FROM kept_addresses a JOIN domains d USING (tenant_id, domain_id)
    WHERE a.kind = '\(kind.rawValue)'
    """
}

extension NameKind {
    /// Whether they are those of one domain or user.
    fileprivate var isOwned: Bool { self == .selectors || self == .appPasswords }

    fileprivate var concernsDeleted: Bool {
        switch self {
        case .deletedTenants, .deletedDomains, .deletedAddresses, .held, .applies: true
        default: false
        }
    }
}
