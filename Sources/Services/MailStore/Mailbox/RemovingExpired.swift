import Postgres
import Runtime

extension TenantStore {
    /// Messages of a mailbox that are removed in one transaction.
    private static let portion = 500
    /// Mailboxes that are looked at in one query.
    private static let mailboxesAtOnce = 100

    /// Removes what has been in mailboxes for trash and junk (RFC 6154 §2) for longer than the plan says, or what goes before it, as if
    /// their users did: sessions are told, quotas fall, legal holds keep. Portion by portion, with whoever waits in between. Each mailbox
    /// is read once, by pages.
    public func removeExpired() async throws(StoreError) {
        var counts: [Int64: Int] = [:]
        var rest = try await keepingMailboxes()[...]
        while !rest.isEmpty {
            var unread = Array(rest.prefix(Self.mailboxesAtOnce))
            rest = rest.dropFirst(Self.mailboxesAtOnce)
            while !unread.isEmpty {
                let pages = try await expired(in: unread)
                var further: [KeepingMailbox] = []
                for mailbox in unread {
                    guard let uids = pages[mailbox.id], let last = uids.last else { continue }
                    counts[mailbox.user, default: 0] += try await remove(uids, from: mailbox)
                    if uids.count == Self.portion { further.append(mailbox.read(upTo: last)) }
                }
                unread = further
            }
        }
        for (user, count) in counts.sorted(by: { $0.key < $1.key }) where count > 0 {
            Log.info("messages were removed whose time in trash or junk was up", ["user": "\(user)", "count": "\(count)"])
        }
    }

    /// A mailbox that keeps messages for a while.
    private struct KeepingMailbox {
        let user: Int64, id: Int64
        let specialUse: String
        /// Microseconds since 1970: what came before is too old.
        let moment: Int64
        /// How far it is read.
        var last: UID = 0

        func read(upTo uid: UID) -> KeepingMailbox {
            var mailbox = self
            mailbox.last = uid
            return mailbox
        }
    }

    private func keepingMailboxes() async throws(StoreError) -> [KeepingMailbox] {
        let result = try await database.query(Self.keepingMailboxes, [.int8(tenant)])
        return try StoreError.reading { () throws(PostgresError) in
            try result.rows.map { (row) throws(PostgresError) in
                KeepingMailbox(user: try row.int8(0), id: try row.int8(1), specialUse: try row.text(2), moment: try row.int8(3))
            }
        }
    }

    /// What a deleted user has stays, so that the user comes back with everything.
    private static let keepingMailboxes = """
        WITH limits AS MATERIALIZED (SELECT tenant_limits($1) AS limits),
            k AS MATERIALIZED (
                SELECT u.user_id, special_use, least(limit_number(l.limits || u.limits, n.name), 36500)::int AS days
                FROM limits l, (VALUES ('\\Trash', 'trashDays'), ('\\Junk', 'junkDays')) AS n (special_use, name),
                    users u JOIN domains d ON d.tenant_id = $1 AND d.domain_id = u.domain_id
                WHERE u.tenant_id = $1 AND u.deleted_at IS NULL)
        SELECT b.user_id, b.mailbox_id, b.special_use, (extract(epoch FROM now() - k.days * interval '1 day') * 1000000)::bigint
        FROM k JOIN mailboxes b ON b.tenant_id = $1 AND b.user_id = k.user_id AND b.special_use = k.special_use
        WHERE k.days IS NOT NULL
        ORDER BY b.user_id, b.mailbox_id
        """

    /// - Returns: by mailbox, ascending, `portion` at most behind those that are read.
    private func expired(in mailboxes: [KeepingMailbox]) async throws(StoreError) -> [Int64: [UID]] {
        let result = try await database.query(Self.expiredMessages, [
            .int8(tenant), .int8Array(mailboxes.map(\.id)), .int8Array(mailboxes.map { Int64($0.last) }),
            .int8Array(mailboxes.map(\.moment)), .int8(Int64(Self.portion)),
        ])
        return try StoreError.reading { () throws(PostgresError) in
            var pages: [Int64: [UID]] = [:]
            for row in result.rows { pages[try row.int8(0)] = try row.int8Array(1).map { UID(clamping: $0) }.sorted() }
            return pages
        }
    }

    private static let expiredMessages = """
        SELECT k.mailbox_id, array_agg(m.uid)
        FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS k (mailbox_id, last, moment),
            LATERAL (
                SELECT uid FROM messages m WHERE m.tenant_id = $1 AND m.mailbox_id = k.mailbox_id AND m.uid > k.last
                    AND m.saved_at < 'epoch'::timestamptz + k.moment * interval '1 microsecond'
                ORDER BY uid LIMIT $5) m
        GROUP BY k.mailbox_id
        """

    /// - Returns: 0 also for what is gone meanwhile, or has another use.
    private func remove(_ uids: [UID], from expiring: KeepingMailbox) async throws(StoreError) -> Int {
        do throws(StoreError) {
            let account = try await account(of: expiring.user)
            guard let mailbox = account.mailboxes.first(where: { $0.id == expiring.id && $0.specialUse == expiring.specialUse }) else {
                return 0
            }
            // Held until then: who changes messages meanwhile finds them by their account.
            defer { withExtendedLifetime(account) {} }
            return try await remove(from: try await state(of: mailbox), of: expiring.user, among: uids) { _ in true }.count
        } catch {
            guard error == .noSuchUser || error == .noSuchMailbox else { throw error }
            return 0
        }
    }
}
