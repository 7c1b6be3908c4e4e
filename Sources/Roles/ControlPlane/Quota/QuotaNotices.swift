import AdminAPI
import Postgres

extension Provisioning {
    /// What is out of the ordinary at these levels, in sentences.
    func notices(on levels: [QuotaStanding], of tenant: TenantName) async throws -> [String] {
        let users = levels.filter { $0.level == .user }.map(\.name)
        let result = try await database.query(
            """
            SELECT w.level, CASE w.level WHEN 'tenant' THEN t.name WHEN 'domain' THEN d.name ELSE u.local_part || '@' || o.name END,
                w.resource, w.percent::bigint, w.state, w.changed_at
            FROM quota_warnings w JOIN tenants t USING (tenant_id)
                LEFT JOIN domains d ON w.level = 'domain' AND d.tenant_id = w.tenant_id AND d.domain_id = w.subject_id
                LEFT JOIN users u ON w.level = 'user' AND u.tenant_id = w.tenant_id AND u.user_id = w.subject_id
                LEFT JOIN domains o ON o.tenant_id = u.tenant_id AND o.domain_id = u.domain_id
            WHERE t.name = $1 AND w.percent > 0 AND (w.level <> 'user' OR u.local_part || '@' || o.name = ANY ($2))
            ORDER BY w.resource
            """, [.text(tenant.text), .textArray(users)])
        var warnings: [String: [String]] = [:]
        for row in result.rows {
            guard let level = QuotaLevel(rawValue: try row.text(0)), let name = try row.optionalText(1) else { continue }
            warnings["\(level) \(name)", default: []].append(
                "The \(level) \(name) reached \(try row.int8(3)) % of its \(try row.text(2) == "bytes" ? "storage" : "messages") at "
                    + "\(try row.moment(5)); \(Self.told(level, try row.text(4))).")
        }
        return levels.flatMap { level in [level.excess].compactMap { $0 } + (warnings["\(level.level) \(level.name)"] ?? []) }
    }

    private static func told(_ level: QuotaLevel, _ state: String) -> String {
        let owner = level == .user ? "its user" : "the postmaster"
        return switch state {
        case "mailed": "\(owner) was told by mail"
        case "no room": "there was no room for the mail that tells \(owner)"
        case "no address": "nobody was told, for there is no postmaster address: make one with `alias create postmaster@DOMAIN`"
        default: "\(owner) is being told by mail"
        }
    }
}

extension QuotaStanding {
    /// Says that the level uses more than it may, and what follows from that.
    fileprivate var excess: String? {
        var over: [String] = []
        if let limit = limits.bytes, usage.bytes > limit { over.append("uses \(usage.bytes) of \(limit)") }
        if let limit = limits.messages, usage.messages > limit { over.append("holds \(usage.messages) messages of \(limit)") }
        guard !over.isEmpty else { return nil }
        return "The \(level) \(name) \(over.joined(separator: " and ")): it is over its quota. Existing mail stays; new mail is refused "
            + "until there is room again."
    }
}
