import Postgres
import Runtime

extension Account {
    /// From memory when the mailbox is open or was counted before, else from its snapshot, or counted by the database.
    public func status(of mailbox: Mailbox) async throws(StoreError) -> MailboxStatus {
        guard !mailbox.isGone else { throw .noSuchMailbox }
        if let state = mailbox.state {
            var status = emptyStatus(of: mailbox)
            for message in state.messages { status.add(message, recentFrom: mailbox.recentUID) }
            status.uidNext = state.uidNext
            return status
        }
        if var status = mailbox.counted {
            (status.uidNext, status.highestModSeq) = (mailbox.uidNext, mailbox.highestModSeq)
            return status
        }
        return try await counted(mailbox)
    }

    private func emptyStatus(of mailbox: Mailbox) -> MailboxStatus {
        MailboxStatus(
            messages: 0, unseen: 0, deleted: 0, recent: 0, uidNext: mailbox.uidNext, uidValidity: mailbox.uidValidity,
            highestModSeq: mailbox.highestModSeq, size: 0)
    }

    private func counted(_ mailbox: Mailbox) async throws(StoreError) -> MailboxStatus {
        var status = emptyStatus(of: mailbox)
        let generation = mailbox.countGeneration
        try await store.queue.settled()
        if let head = await store.snapshot(of: mailbox)?.head, head.moment.uidNext == status.uidNext, mailbox.isForetold(by: head) {
            (status.messages, status.unseen, status.deleted, status.size) = (head.count, head.unseen, head.deleted, head.size)
            mailbox.keep(status, of: generation)
            return status
        }
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
        mailbox.keep(status, of: generation)
        return status
    }
}

extension MailboxStatus {
    mutating func add(_ message: StoredMessage, recentFrom: UID) {
        messages += 1
        if !message.flags.contains(.seen) { unseen += 1 }
        if message.flags.contains(.deleted) { deleted += 1 }
        if message.uid >= recentFrom { recent += 1 }
        size += message.size
    }
}
