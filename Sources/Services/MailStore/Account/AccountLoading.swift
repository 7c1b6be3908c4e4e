import Postgres
import Runtime

extension TenantStore {
    /// The folders that every account begins with (RFC 6154 §2), subscribed.
    private static let standardFolders: [(name: String, specialUse: String?)] = [
        ("INBOX", nil), ("Drafts", "\\Drafts"), ("Sent", "\\Sent"), ("Junk", "\\Junk"), ("Trash", "\\Trash"), ("Archive", "\\Archive"),
    ]

    func loadAccount(of user: Int64) async throws(StoreError) -> Account {
        let account = try await readAccount(of: user)
        if account.mailbox(named: "INBOX") != nil { return account }
        try await createStandardFolders(of: user)
        let created = try await readAccount(of: user)
        guard created.mailbox(named: "INBOX") != nil else { throw .unavailable(reason: "the standard folders could not be made") }
        return created
    }

    private func readAccount(of user: Int64) async throws(StoreError) -> Account {
        let results = try await database.queries([
            PostgresStatement("""
                SELECT mailbox_id, name, special_use, uidvalidity, \(UncleanEnds.uidNext(after: "$3::bigint")),
                    \(UncleanEnds.highestModSeq(after: "$3::bigint")), recent_uid, edited_modseq
                FROM mailboxes b WHERE tenant_id = $1 AND user_id = $2
                """, [.int8(tenant), .int8(user), .int8(queue.lease.uncleanEnds)]),
            PostgresStatement("SELECT name FROM subscriptions WHERE tenant_id = $1 AND user_id = $2", [.int8(tenant), .int8(user)]),
        ])
        var mailboxes: [Mailbox] = []
        var subscriptions: Set<String> = []
        for row in results[0].rows {
            mailboxes.append(try StoreError.reading { () throws(PostgresError) in
                Mailbox(
                    id: try row.int8(0), user: user, name: try row.text(1), specialUse: try row.optionalText(2),
                    uidValidity: UInt32(clamping: try row.int8(3)), uidNext: UID(clamping: try row.int8(4)),
                    highestModSeq: ModSeq(clamping: try row.int8(5)), editedModSeq: ModSeq(clamping: try row.int8(7)),
                    recentUID: UID(clamping: try row.int8(6)))
            })
        }
        for row in results[1].rows {
            subscriptions.insert(try StoreError.reading { () throws(PostgresError) in try row.text(0) })
        }
        return Account(user: user, store: self, mailboxes: mailboxes, subscriptions: subscriptions)
    }

    private func createStandardFolders(of user: Int64) async throws(StoreError) {
        let names = PostgresValue.textArray(Self.standardFolders.map(\.name))
        let uses = PostgresValue.optionalTextArray(Self.standardFolders.map(\.specialUse))
        try await queue.perform { [tenant, ends = queue.lease.uncleanEnds] batch throws(StoreError) in
            batch.run(before: PostgresStatement("""
                INSERT INTO mailboxes (tenant_id, user_id, mailbox_id, uidvalidity, name, special_use, unclean_ends)
                SELECT $1, $2, f.id, f.id, f.name, f.special_use, $5
                FROM ROWS FROM (take_mailbox_ids($1, cardinality($3::text[])), unnest($3::text[]), unnest($4::text[]))
                    AS f (id, name, special_use)
                ON CONFLICT (tenant_id, user_id, name) DO NOTHING
                """, [.int8(tenant), .int8(user), names, uses, .int8(ends)]))
            batch.run(before: PostgresStatement("""
                INSERT INTO subscriptions (tenant_id, user_id, name) SELECT $1, $2, name FROM unnest($3::text[]) AS u (name)
                ON CONFLICT DO NOTHING
                """, [.int8(tenant), .int8(user), names]))
        }
    }
}
