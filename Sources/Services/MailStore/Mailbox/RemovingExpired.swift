import Postgres
import Runtime

extension TenantStore {
    /// Messages of a mailbox that are removed in one transaction.
    private static let portion = 500

    /// Removes what has been in mailboxes for trash and junk (RFC 6154 §2) for longer than the plan says, as if their users did: sessions
    /// are told, quotas fall, legal holds keep. Portion by portion, with whoever waits in between.
    public func removeExpired() async throws(StoreError) {
        var (counts, mayBeMore) = ([Int64: Int](), true)
        while mayBeMore {
            mayBeMore = false
            for expired in try await expired() {
                let removed = try await remove(expired)
                counts[expired.user, default: 0] += removed
                if removed > 0, expired.uids.count == Self.portion { mayBeMore = true }
            }
        }
        for (user, count) in counts.sorted(by: { $0.key < $1.key }) where count > 0 {
            Log.info("messages were removed whose time in trash or junk was up", ["user": "\(user)", "count": "\(count)"])
        }
    }

    private struct Expired {
        let user: Int64, mailbox: Int64
        let specialUse: String
        let uids: [UID]
    }

    private func expired() async throws(StoreError) -> [Expired] {
        let result = try await database.query(Self.expiredMessages, [.int8(tenant), .int8(Int64(Self.portion))])
        return try StoreError.reading { () throws(PostgresError) in
            try result.rows.map { (row) throws(PostgresError) in
                Expired(
                    user: try row.int8(0), mailbox: try row.int8(1), specialUse: try row.text(2),
                    uids: try row.int8Array(3).map { UID(clamping: $0) })
            }
        }
    }

    /// What a deleted user has stays, so that the user comes back with everything.
    private static let expiredMessages = """
        SELECT b.user_id, b.mailbox_id, b.special_use, array_agg(m.uid)
        FROM (VALUES ('\\Trash', 'trashDays'), ('\\Junk', 'junkDays')) AS k (special_use, name)
            JOIN mailboxes b ON b.tenant_id = $1 AND b.special_use = k.special_use
            JOIN users u ON u.tenant_id = $1 AND u.user_id = b.user_id AND u.deleted_at IS NULL
            JOIN domains d ON d.tenant_id = $1 AND d.domain_id = u.domain_id,
            LATERAL (
                SELECT uid FROM messages m WHERE m.tenant_id = $1 AND m.mailbox_id = b.mailbox_id
                    AND m.saved_at < now() - least(limit_number(tenant_limits($1), k.name), 36500)::int * interval '1 day'
                ORDER BY uid LIMIT $2) m
        GROUP BY b.user_id, b.mailbox_id, b.special_use
        """

    /// - Returns: 0 also for what is gone meanwhile, or has another use.
    private func remove(_ expired: Expired) async throws(StoreError) -> Int {
        do throws(StoreError) {
            let account = try await account(of: expired.user)
            guard let mailbox = account.mailboxes.first(where: { $0.id == expired.mailbox && $0.specialUse == expired.specialUse }) else {
                return 0
            }
            // Held until then: who changes messages meanwhile finds them by their account.
            defer { withExtendedLifetime(account) {} }
            return try await remove(from: try await state(of: mailbox), of: expired.user, among: expired.uids) { _ in true }.count
        } catch {
            guard error == .noSuchUser || error == .noSuchMailbox else { throw error }
            return 0
        }
    }
}
