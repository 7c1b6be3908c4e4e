import Postgres
import Runtime

extension Account {
    /// From memory when the mailbox is open, else counted by the database.
    public func status(of mailbox: Mailbox) async throws(StoreError) -> MailboxStatus {
        guard !mailbox.isGone else { throw .noSuchMailbox }
        var status = MailboxStatus(
            messages: 0, unseen: 0, deleted: 0, recent: 0, uidNext: mailbox.uidNext, uidValidity: mailbox.uidValidity,
            highestModSeq: mailbox.highestModSeq, size: 0)
        if let state = mailbox.state {
            state.count(into: &status, recentFrom: mailbox.recentUID)
            status.uidNext = state.uidNext
            return status
        }
        try await store.queue.settled()
        let result = try await store.database.query("""
            SELECT count(*), count(*) FILTER (WHERE flags & 8 = 0), count(*) FILTER (WHERE flags & 4 <> 0),
                count(*) FILTER (WHERE uid >= $3), coalesce(sum(size), 0)::bigint
            FROM messages WHERE tenant_id = $1 AND mailbox_id = $2 AND uid < $4
            """, [.int8(store.tenant), .int8(mailbox.id), .int8(Int64(mailbox.recentUID)), .int8(Int64(status.uidNext))])
        guard let row = result.first else { return status }
        try StoreError.reading { () throws(PostgresError) in
            status.messages = Int(try row.int8(0))
            status.unseen = Int(try row.int8(1))
            status.deleted = Int(try row.int8(2))
            status.recent = Int(try row.int8(3))
            status.size = try row.int8(4)
        }
        return status
    }

    /// Opens a mailbox for a session. The session must call `Selection.close()`.
    public func select(_ mailbox: Mailbox, readOnly: Bool) async throws(StoreError) -> Selection {
        let state = try await store.state(of: mailbox)
        guard !mailbox.isGone else { throw .noSuchMailbox }
        return Selection(of: state, in: self, isReadOnly: readOnly)
    }
}
