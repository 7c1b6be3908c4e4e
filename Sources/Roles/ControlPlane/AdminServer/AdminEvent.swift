import AdminAPI
import Postgres

/// What an operator did, for the audit.
struct AdminEvent: Sendable {
    var caller: String
    var command: String
    var target: String
    var result: String

    func save(to database: PostgresPool) async throws(PostgresError) {
        _ = try await database.query(
            "INSERT INTO admin_events (caller, command, target, result) VALUES ($1, $2, $3, $4)",
            [.text(caller), .text(command), .text(target), .text(result)])
    }
}

/// A request that names in its body what its path cannot: something that is yet to be made.
protocol NamedInAudit {
    var auditName: String { get }
}

extension NewTenant: NamedInAudit { var auditName: String { name.text } }
extension NewDomain: NamedInAudit { var auditName: String { name.text } }
extension NewUser: NamedInAudit { var auditName: String { address.text } }
extension QuotaRepair: NamedInAudit { var auditName: String { target?.text ?? "all tenants" } }
extension NewAlias: NamedInAudit { var auditName: String { address.text } }
