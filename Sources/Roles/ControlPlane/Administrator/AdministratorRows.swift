import AdminAPI
import Postgres

extension Provisioning {
    /// Administrators as the interface shows them, by name.
    func administrators(named name: AdministratorName? = nil) async throws -> [Administrator] {
        let wanted: RowFilter = ["a.name": name?.text]
        let result = try await database.query(
            """
            SELECT a.name, a.role, t.name, d.name, a.state, a.created_at, a.last_login_at FROM administrators a
            LEFT JOIN tenants t ON t.tenant_id = a.administered_tenant
            LEFT JOIN domains d ON d.tenant_id = a.administered_tenant AND d.domain_id = a.administered_domain
            WHERE \(wanted.sql) AND (a.administered_tenant IS NULL OR t.tenant_id IS NOT NULL)
                AND (a.administered_domain IS NULL OR d.domain_id IS NOT NULL) ORDER BY a.name
            """, wanted.parameters)
        return try result.rows.map { row in
            Administrator(
                name: try row.name(0), role: Role(rawValue: try row.text(1)) ?? .helpDesk,
                tenant: try row.optionalText(2).map { try TenantName($0) }, domain: try row.optionalText(3).map { try DomainName($0) },
                state: try row.accountState(4), createdAt: try row.moment(5),
                lastLoginAt: try row.optionalTimestamp(6).map { Timestamp(microsecondsSince1970: $0) })
        }
    }

    func administrator(_ name: AdministratorName) async throws -> Administrator {
        guard let found = try await administrators(named: name).first else {
            throw AdminError(.notFound, "There is no administrator \(name).", hint: "`administrator list` shows all.")
        }
        return found
    }

    /// The one that the path names, whose account the caller may change.
    func managed(_ request: AdminRequest<some Sendable>) async throws -> Administrator {
        let found = try await administrator(request.path.require("name"))
        try Self.check(found.role, request.caller)
        return found
    }

    /// Nobody makes, changes or removes one who may do as much as themselves; owners may.
    static func check(_ role: Role, _ caller: AdminCaller) throws(AdminError) {
        guard caller.role.manages.contains(role) else {
            throw AdminError(
                .forbidden, "The role \(caller.role.rawValue) does not manage accounts of the role \(role.rawValue).",
                hint: "It manages: \(caller.role.manages.map(\.rawValue).sorted().joined(separator: ", ")).")
        }
    }
}
