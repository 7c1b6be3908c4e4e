import AdminAPI
import Postgres

extension Provisioning {
    /// Gives shared mailboxes their members. What a member has who is deleted and kept stays, and is there when the member comes back.
    func writeMembers(of mailboxes: [SortedChanges.User], of tenant: Int64, in transaction: PostgresTransaction) async throws {
        let changed = mailboxes.filter { $0.new.members != nil && $0.new.members != ($0.old?.members ?? [:]) }
        guard !changed.isEmpty else { return }
        let granted = changed.flatMap { mailbox in (mailbox.new.memberList ?? []).map { (mailbox.address, $0) } }
        let numbers = try await numbers(of: changed.map(\.address) + Set(granted.map(\.1.address)), in: tenant, transaction)
        let keys = changed.compactMap { numbers[$0.address] }, rows = granted.compactMap { mailbox, member in
            numbers[mailbox].flatMap { user in numbers[member.address].map { (user, $0, member) } }
        }
        try Self.expect(keys.count, changed.count)
        try Self.expect(rows.count, granted.count)
        _ = try await transaction.query(
            """
            DELETE FROM shared_access a USING users m, domains d
            WHERE a.tenant_id = $1 AND a.user_id = ANY ($2) AND m.tenant_id = $1 AND m.user_id = a.member_id
                AND d.tenant_id = $1 AND d.domain_id = m.domain_id
            """, [.int8(tenant), .int8Array(keys)])
        guard !rows.isEmpty else { return }
        _ = try await transaction.query(
            """
            INSERT INTO shared_access (tenant_id, user_id, member_id, rights, sends)
            SELECT $1, g.mailbox, g.member, split_part(g.words, ',', 1), g.words LIKE '%,sends'
            FROM unnest($2::bigint[], $3::bigint[], $4::text[]) AS g (mailbox, member, words)
            ON CONFLICT (tenant_id, user_id, member_id) DO UPDATE SET rights = excluded.rights, sends = excluded.sends
            """,
            [
                .int8(tenant), .int8Array(rows.map(\.0)), .int8Array(rows.map(\.1)),
                .textArray(rows.map { "\($0.2.rights.rawValue)\($0.2.sends ? ",sends" : "")" }),
            ])
    }
}

extension TenantChange {
    /// Whose access to a shared mailbox ends, or becomes another.
    var losers: [EmailAddress] {
        guard case .user(_, let old?, let new) = self, let before = old.members else { return [] }
        return before.filter { new?.members?[$0.key] != $0.value }.map(\.key)
    }
}
