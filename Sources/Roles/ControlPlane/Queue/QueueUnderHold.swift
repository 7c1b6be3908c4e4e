import AdminAPI
import Postgres

extension Provisioning {
    /// Refuses to delete waiting mail of whom a legal hold is on: what was handed in and not sent yet may be nowhere else. It is refused
    /// for all of them when it is for one.
    ///
    /// The reverse-path tells whose it is. An address of the tenant's that is no user's own (an alias, a group, a shared mailbox) may have
    /// been used by any of its users, and what came from outside, or is a notice, may go on for any of them, who keep no copy: then every
    /// hold in the tenant counts.
    func checkMayDelete(_ messages: [Int64]) async throws {
        try await change { transaction in
            try await showDeleted(in: transaction)
            // Of each sender one message. Most tenants have no hold, and end here.
            let senders = try await transaction.query(
                """
                SELECT min(q.queue_id), q.tenant_id, q.reverse_path FROM queue_messages q
                WHERE q.queue_id = ANY ($1) AND EXISTS (SELECT FROM holds h WHERE h.tenant_id = q.tenant_id)
                GROUP BY q.tenant_id, q.reverse_path
                """, [.int8Array(messages)])
            guard !senders.isEmpty else { return }
            let addresses = senders.rows.map { try? EmailAddress(try $0.text(2)) }
            let held = try await transaction.query(
                Self.held,
                [
                    .int8Array(try senders.rows.map { try $0.int8(0) }), .int8Array(try senders.rows.map { try $0.int8(1) }),
                    .textArray(addresses.map { $0?.domain.text ?? "" }), .textArray(addresses.map { $0?.localPart ?? "" }),
                ])
            guard let row = held.first else { return }
            let message = try row.int8(0), hold = try row.text(1)
            throw AdminError(
                .conflict, "Message \(message) cannot be deleted: there is a legal hold on \(hold), and the message may be under it.",
                hint: "`queue hold \(message)` keeps it from being sent. `hold list` shows holds, `hold release \(hold)` ends this one.")
        }
    }

    /// A message, and the hold that keeps it.
    private static let held = """
        SELECT s.message, coalesce(p.local_part || '@' || o.name, d.name, t.name, 'something else')
        FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) AS s (message, tenant_id, domain, local_part)
            LEFT JOIN LATERAL (
                SELECT domain_id FROM domains n WHERE n.tenant_id = s.tenant_id AND n.name = s.domain
                UNION ALL
                SELECT domain_id FROM domain_aliases n WHERE n.tenant_id = s.tenant_id AND n.name = s.domain LIMIT 1) place ON true
            LEFT JOIN LATERAL (
                SELECT user_id FROM users u WHERE u.tenant_id = s.tenant_id AND u.domain_id = place.domain_id
                    AND u.local_part IN (s.local_part, split_part(s.local_part, '+', 1)) AND NOT u.shared OFFSET 0) u ON true
            JOIN holds h ON h.tenant_id = s.tenant_id AND (
                \(HoldRule.covers(domain: "place.domain_id", user: "u.user_id"))
                OR u.user_id IS NULL)
            LEFT JOIN tenants t ON t.tenant_id = h.tenant_id
            LEFT JOIN domains d ON d.tenant_id = h.tenant_id AND d.domain_id = h.domain_id
            LEFT JOIN users p ON p.tenant_id = h.tenant_id AND p.user_id = h.user_id
            LEFT JOIN domains o ON o.tenant_id = p.tenant_id AND o.domain_id = p.domain_id
        ORDER BY s.message LIMIT 1
        """
}
