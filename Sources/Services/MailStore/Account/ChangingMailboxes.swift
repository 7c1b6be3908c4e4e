import Postgres
import Runtime

/// CREATE, DELETE and RENAME. Each has a transaction with no other change beside it, and looks at memory only inside it: two
/// sessions that make the same name cannot both succeed.
extension Account {
    /// Makes a mailbox, and its missing parents. `specialUse` such as `\Sent` (RFC 6154 §2), at most one.
    @discardableResult
    public func create(_ name: String, specialUse: String? = nil) async throws(StoreError) -> Mailbox {
        let name = try MailboxName.validated(name)
        guard mailbox(named: name) == nil else { throw .mailboxExists }
        let names = MailboxName.parents(of: name).filter { mailbox(named: $0) == nil } + [name]
        let ids = try await newMailboxIDs(names.count)
        return try await store.queue.perform(alone: true) { [self] batch throws(StoreError) in
            guard mailbox(named: name) == nil else { throw .mailboxExists }
            guard mailboxCount + names.count <= StoreLimits.mailboxesPerUser else { throw .limitReached(reason: "too many mailboxes") }
            let made = zip(names, ids).filter { mailbox(named: $0.0) == nil }.map { entry in
                newMailbox(entry.0, id: entry.1, specialUse: entry.0 == name ? specialUse : nil)
            }
            guard let last = made.last else { throw .mailboxExists }
            insert(made, in: batch)
            return last
        }
    }

    /// Removes a mailbox and its messages; children stay. Sessions that have it selected learn it by `Selection.isGone`.
    public func delete(_ name: String) async throws(StoreError) {
        let name = MailboxName.canonical(name)
        guard name != MailboxName.inbox else { throw .notPermitted(reason: "INBOX cannot be deleted") }
        guard let mailbox = mailbox(named: name) else { throw .noSuchMailbox }
        try await store.loadQuota(of: user)
        let state = try await store.state(of: mailbox)
        try await store.queue.perform(alone: true) { [self] batch throws(StoreError) in
            guard !mailbox.isGone else { throw .noSuchMailbox }
            batch.hold(mailbox)
            let key: [PostgresValue] = [.int8(store.tenant), .int8(mailbox.id)]
            batch.run(before: HeldMessages.keeping(mailbox: mailbox.id, of: store.tenant))
            batch.run(before: PostgresStatement("DELETE FROM mailboxes WHERE tenant_id = $1 AND mailbox_id = $2", key))
            batch.verify(PostgresStatement("SELECT 1 FROM mailboxes WHERE tenant_id = $1 AND mailbox_id = $2", key)) { $0.isEmpty }
            batch.charge(user, QuotaUsage(bytes: -state.size, messages: -Int64(state.messages.count)))
            batch.onCommit { [self] _ in remove(mailbox) }
        }
    }

    /// Renames a mailbox and all below it; INBOX's messages are moved out instead (RFC 9051 §6.3.6).
    public func rename(_ name: String, to newName: String) async throws(StoreError) {
        let name = MailboxName.canonical(name)
        let newName = try MailboxName.validated(newName)
        if name == MailboxName.inbox { return try await moveOutOfInbox(to: newName) }
        guard !tree(name).isEmpty else { throw .noSuchMailbox }
        guard !newName.utf8.starts(with: "\(name)/".utf8) else { throw .notPermitted(reason: "a mailbox cannot move into itself") }
        let parents = MailboxName.parents(of: newName)
        let ids = try await newMailboxIDs(parents.filter { mailbox(named: $0) == nil }.count)
        try await store.queue.perform(alone: true) { [self] batch throws(StoreError) in
            let moved = tree(name).map { (mailbox: $0, name: newName + $0.name.dropFirst(name.count)) }
            guard !moved.isEmpty else { throw .noSuchMailbox }
            guard moved.allSatisfy({ mailbox(named: $0.name) == nil }), tree(newName).isEmpty else { throw .mailboxExists }
            for entry in moved { _ = try MailboxName.validated(entry.name) }
            let leaving = Set(moved.map(\.mailbox.name))
            let missing = parents.filter { mailbox(named: $0) == nil || leaving.contains($0) }
            insert(zip(missing, ids).map { newMailbox($0.0, id: $0.1, specialUse: nil) }, in: batch)
            batch.run(before: PostgresStatement("""
                UPDATE mailboxes b SET name = c.name FROM unnest($2::bigint[], $3::text[]) AS c (mailbox_id, name)
                WHERE b.tenant_id = $1 AND b.mailbox_id = c.mailbox_id
                """, [.int8(store.tenant), .int8Array(moved.map(\.mailbox.id)), .textArray(moved.map(\.name))]))
            let first = moved[0]
            batch.verify(PostgresStatement(
                "SELECT name FROM mailboxes WHERE tenant_id = $1 AND mailbox_id = $2", [.int8(store.tenant), .int8(first.mailbox.id)])
            ) { (try? $0.first?.text(0)) == first.name }
            batch.onCommit { [self] _ in rename(moved) }
        }
    }

    private func moveOutOfInbox(to newName: String) async throws(StoreError) {
        guard let inbox = mailbox(named: MailboxName.inbox) else { throw .noSuchMailbox }
        let target = try await create(newName)
        let selection = try await select(inbox, readOnly: true)
        defer { selection.close() }
        _ = try await store.move(selection.uids, from: inbox, selection.state, to: target)
    }

    /// Numbers that no mailbox has or had.
    func newMailboxIDs(_ count: Int) async throws(StoreError) -> [Int64] {
        guard count > 0 else { return [] }
        let result = try await store.database.query(
            "SELECT take_mailbox_ids($1, $2)", [.int8(store.tenant), .int8(Int64(count))])
        var ids: [Int64] = []
        for row in result.rows { ids.append(try StoreError.reading { () throws(PostgresError) in try row.int8(0) }) }
        return ids
    }

    func newMailbox(_ name: String, id: Int64, specialUse: String?) -> Mailbox {
        Mailbox(
            id: id, user: user, name: name, specialUse: specialUse, uidValidity: UInt32(clamping: id), uidNext: 1, highestModSeq: 1,
            recentUID: 1)
    }

    func insert(_ mailboxes: [Mailbox], in batch: WriteBatch) {
        guard let last = mailboxes.last else { return }
        batch.run(before: PostgresStatement("""
            INSERT INTO mailboxes (tenant_id, user_id, mailbox_id, name, special_use, uidvalidity, unclean_ends)
            SELECT $1, $2, m.id, m.name, m.special_use, m.uidvalidity, $7
            FROM unnest($3::bigint[], $4::text[], $5::text[], $6::bigint[]) AS m (id, name, special_use, uidvalidity)
            """, [
                .int8(store.tenant), .int8(user), .int8Array(mailboxes.map(\.id)), .textArray(mailboxes.map(\.name)),
                .optionalTextArray(mailboxes.map(\.specialUse)), .int8Array(mailboxes.map { Int64($0.uidValidity) }),
                .int8(store.queue.lease.uncleanEnds),
            ]))
        batch.verify(PostgresStatement(
            "SELECT 1 FROM mailboxes WHERE tenant_id = $1 AND mailbox_id = $2", [.int8(store.tenant), .int8(last.id)])) { !$0.isEmpty }
        batch.onCommit { [self] _ in
            for mailbox in mailboxes { add(mailbox) }
        }
    }
}
