import AdminAPI
import Postgres

extension AdminSubject {
    /// What can be changed of the subject, as a JSON object without secrets; nil when there is no such thing, or nothing of it to tell.
    func auditedState(_ database: PostgresPool, of call: any AnyCall) async throws -> String? {
        // Holds are also on what is deleted.
        let isHold = call.path.noun == "holds"
        guard let (sql, parameters) = isHold ? holdQuery : stateQuery else { return nil }
        let results = try await database.pipeline([
            PostgresStatement("SELECT set_config('casella.shows_deleted', $1, true)", [.text(isHold ? "on" : "")]),
            PostgresStatement("SELECT state::text FROM (\(sql)) AS found (state)", parameters),
        ])
        return try results.last?.first?.optionalText(0)
    }

    private var holdQuery: (String, [PostgresValue])? {
        let reasons = "SELECT jsonb_build_object('hold', jsonb_agg(h.reason ORDER BY h.set_at, h.reason)) FROM holds h"
        switch self {
        case .tenant(let name):
            return (
                """
                \(reasons) JOIN tenants t USING (tenant_id)
                WHERE t.name = $1 AND h.domain_id IS NULL AND h.user_id IS NULL HAVING count(*) > 0
                """, [.text(name.text)]
            )
        case .domain(let name):
            return ("\(reasons) JOIN domains d USING (tenant_id, domain_id) WHERE d.name = $1 HAVING count(*) > 0", [.text(name.text)])
        case .address(let user):
            return (
                """
                \(reasons) JOIN users u USING (tenant_id, user_id)
                JOIN domains d ON d.tenant_id = u.tenant_id AND d.domain_id = u.domain_id
                WHERE d.name = $1 AND u.local_part = $2 HAVING count(*) > 0
                """, [.text(user.domain.text), .text(user.localPart)]
            )
        default: return nil
        }
    }

    private var stateQuery: (String, [PostgresValue])? {
        let address = "d.name = $1 AND local_part = $2"
        switch self {
        case .tenant(let name):
            return (
                """
                SELECT to_jsonb(t) - '{tenant_id,created_at,planned}'::text[] || jsonb_build_object('last_apply',
                    (SELECT max(a.number) FROM applies a WHERE a.administered_tenant = t.tenant_id))
                FROM tenants t WHERE name = $1
                """, [.text(name.text)]
            )
        case .plan(let name): return ("SELECT jsonb_build_object('plan', name) || limits FROM plans WHERE name = $1", [.text(name.text)])
        // Also by one of its further names, which has keys of its own.
        case .domain(let name):
            return (
                """
                SELECT to_jsonb(d) - '{tenant_id,domain_id,created_at}'::text[] || jsonb_build_object(
                    'aliases',
                    ARRAY(SELECT a.name FROM domain_aliases a WHERE a.tenant_id = d.tenant_id AND a.domain_id = d.domain_id ORDER BY 1),
                    'dkim', (
                        SELECT jsonb_object_agg(k.selector || '._domainkey.' || coalesce(k.alias, d.name), k.state)
                        FROM dkim_keys k WHERE k.tenant_id = d.tenant_id AND k.domain_id = d.domain_id))
                FROM domains d WHERE name = coalesce(
                    (SELECT o.name FROM domain_aliases a JOIN domains o USING (tenant_id, domain_id) WHERE a.name = $1), $1)
                """, [.text(name.text)]
            )
        case .domainAlias(let name):
            return (
                """
                SELECT jsonb_build_object('domain', d.name) FROM domain_aliases a JOIN domains d USING (tenant_id, domain_id)
                WHERE a.name = $1
                """, [.text(name.text)]
            )
        case .address(let user):
            return (
                """
                SELECT to_jsonb(u) - '{tenant_id,user_id,domain_id,created_at,deletion}'::text[]
                    || jsonb_build_object('domain', d.name, 'password_changed_at', c.changed_at, 'password_change_by', c.change_by,
                        'totp', left(encode(sha256(o.secret), 'hex'), 8),
                        'app_passwords',
                        (SELECT coalesce(jsonb_object_agg(p.name, p.services), '{}') FROM app_passwords p
                            WHERE p.tenant_id = u.tenant_id AND p.user_id = u.user_id),
                        'members', (
                            SELECT jsonb_object_agg(m.local_part || '@' || o.name, a.rights || CASE WHEN a.sends THEN ', sends' ELSE '' END)
                            FROM shared_access a JOIN users m ON m.tenant_id = a.tenant_id AND m.user_id = a.member_id
                            JOIN domains o ON o.tenant_id = m.tenant_id AND o.domain_id = m.domain_id
                            WHERE a.tenant_id = u.tenant_id AND a.user_id = u.user_id),
                        'vacation', (SELECT jsonb_build_object('subject', v.subject, 'from', v.first_day, 'until', v.last_day,
                                'days', v.days, 'text', left(encode(sha256(convert_to(v.body, 'UTF8')), 'hex'), 8))
                            FROM vacations v WHERE v.tenant_id = u.tenant_id AND v.user_id = u.user_id),
                        'forward', (SELECT jsonb_build_object('to', f.targets, 'copy', f.keeps_copy)
                            FROM user_forwards f WHERE f.tenant_id = u.tenant_id AND f.user_id = u.user_id))
                FROM users u JOIN domains d USING (tenant_id, domain_id) LEFT JOIN credentials c USING (tenant_id, user_id)
                LEFT JOIN one_time_passwords o USING (tenant_id, user_id) WHERE \(address)
                """, [.text(user.domain.text), .text(user.localPart)]
            )
        case .addresses(let users):
            return (
                """
                SELECT jsonb_object_agg(u.local_part || '@' || d.name, jsonb_strip_nulls(jsonb_build_object(
                    'quota_bytes', u.quota_bytes, 'quota_messages', u.quota_messages, 'password', c.user_id IS NOT NULL)))
                FROM \(GivenAddresses.keyedOfAll) d JOIN users u USING (tenant_id, domain_id, local_part)
                LEFT JOIN credentials c USING (tenant_id, user_id) HAVING count(*) > 0
                """, [.textArray(users.map(\.domain.text)), .textArray(users.map(\.localPart))]
            )
        case .alias(let alias):
            return (
                """
                SELECT jsonb_build_object('targets', jsonb_agg(target ORDER BY target))
                FROM aliases a JOIN domains d USING (tenant_id, domain_id) WHERE \(address) HAVING count(*) > 0
                """, [.text(alias.domain.text), .text(alias.localPart)]
            )
        case .group(let group):
            return (
                """
                SELECT jsonb_build_object('posting', posting, 'owners', owners, 'members', ARRAY(
                    SELECT m.address FROM group_members m WHERE (m.tenant_id, m.domain_id, m.local_part)
                        = (g.tenant_id, g.domain_id, g.local_part) ORDER BY 1))
                FROM groups g JOIN domains d USING (tenant_id, domain_id) WHERE \(address)
                """, [.text(group.domain.text), .text(group.localPart)]
            )
        case .applied(let number):
            return (
                """
                SELECT jsonb_build_object('undone_by', (SELECT max(b.number) FROM applies b WHERE b.undoes = a.number))
                FROM applies a WHERE a.number = $1
                """, [.int8(number.number)]
            )
        case .administrator(let name):
            return (
                """
                SELECT jsonb_build_object('role', role, 'state', a.state, 'tenant', t.name, 'domain', d.name,
                    'password', left(encode(sha256(hash::bytea), 'hex'), 8), 'totp', left(encode(sha256(totp_secret), 'hex'), 8),
                    'sessions', (SELECT count(*) FROM administrator_sessions s
                        WHERE s.administrator_id = a.administrator_id AND s.expires_at > now()))
                FROM administrators a LEFT JOIN tenants t ON t.tenant_id = administered_tenant
                LEFT JOIN domains d ON d.domain_id = administered_domain WHERE a.name = $1
                """, [.text(name.text)]
            )
        case .queued(let id):
            return (
                """
                SELECT jsonb_build_object(
                    'held', q.held, 'sender', q.reverse_path, 'size', q.size, 'recipient_count', (
                        SELECT count(*) FROM queue_recipients r WHERE r.tenant_id = q.tenant_id AND r.queue_id = q.queue_id),
                    'recipients', ARRAY(
                        SELECT r.address FROM queue_recipients r WHERE r.tenant_id = q.tenant_id AND r.queue_id = q.queue_id
                        ORDER BY r.recipient_id LIMIT 20),
                    'next_attempt_at', (
                        SELECT min(r.next_attempt_at) FROM queue_recipients r
                        WHERE r.tenant_id = q.tenant_id AND r.queue_id = q.queue_id AND r.state = 'waiting'))
                FROM queue_messages q WHERE q.queue_id = $1
                """, [.int8(id.number)]
            )
        case .certificate(let name):
            return ("SELECT to_jsonb(c) - '{name,imported_at}'::text[] FROM certificates c WHERE name = $1", [.text(name.text)])
        case .claim(let name, let tenant):
            return (
                """
                SELECT jsonb_build_object(
                    'claimed', EXISTS (
                        SELECT FROM domain_claims c JOIN tenants t USING (tenant_id)
                        WHERE c.name = $1 AND ($2::text IS NULL OR t.name = $2)),
                    'proof', (
                        SELECT d.proof FROM domains d JOIN tenants t USING (tenant_id)
                        WHERE d.name = $1 AND ($2::text IS NULL OR t.name = $2)))
                """, [.text(name.text), .optionalText(tenant?.text)]
            )
        case .login, .account: return nil
        }
    }
}

/// What a call changed, field by field.
enum AuditedChanges {
    /// `{"field": [before, after]}`; empty when nothing differs.
    /// - Parameter told: more of that kind.
    static func between(_ before: String?, _ after: String?, told: String?, _ database: PostgresPool) async throws -> String {
        guard before != after || told != nil else { return "" }
        let difference = try await database.query(
            """
            SELECT nullif((coalesce(jsonb_object_agg(key, jsonb_build_array(b.value, a.value)), '{}') || $3::text::jsonb)::text, '{}')
            FROM jsonb_each($1::text::jsonb) b FULL JOIN jsonb_each($2::text::jsonb) a USING (key)
            WHERE coalesce(a.value, 'null') IS DISTINCT FROM coalesce(b.value, 'null')
            """, [.text(before ?? "{}"), .text(after ?? "{}"), .text(told ?? "{}")])
        return try difference.first?.optionalText(0) ?? ""
    }
}
