import Postgres
import Runtime

/// A batch as the statements of one transaction. Their texts never vary, so each stays prepared.
extension WriteBatch {
    func statements(under lease: Lease, _ ledger: QuotaLedger) -> [PostgresStatement] {
        let tenant = lease.tenant
        var statements = [logPosition.map(lease.check(entering:)) ?? lease.check]
        // First what is new: everything else may be about it.
        if let inserted = inserts.statement(tenant: tenant) { statements.append(inserted) }
        statements += before
        statements += [
            removals.statement(tenant: tenant), flags.statement(tenant: tenant), copies.copyStatement(tenant: tenant),
            departures.statement(tenant: tenant), moves.moveStatement(tenant: tenant), deliveryStatement(tenant), counterStatement(lease),
        ].compactMap { $0 }
        statements += usageStatements(tenant, ledger)
        statements += after
        return statements
    }

    private func deliveryStatement(_ tenant: Int64) -> PostgresStatement? {
        guard !deliveries.isEmpty else { return nil }
        return PostgresStatement("""
            INSERT INTO deliveries (tenant_id, user_id, delivery_id)
            SELECT $1, d.user_id, d.delivery_id FROM unnest($2::bigint[], $3::bytea[]) AS d (user_id, delivery_id)
            ON CONFLICT DO NOTHING
            """, [.int8(tenant), .int8Array(deliveries.map(\.user)), .byteaArray(deliveries.map(\.id))])
    }

    /// What unclean ends have skipped comes with it.
    private func counterStatement(_ lease: Lease) -> PostgresStatement? {
        guard !counters.isEmpty else { return nil }
        let changed = counters.values.sorted { $0.mailbox.id < $1.mailbox.id }
        return PostgresStatement("""
            UPDATE mailboxes b SET uidnext = greatest(\(UncleanEnds.uidNext(after: "$6::bigint")), c.uidnext),
                highestmodseq = greatest(\(UncleanEnds.highestModSeq(after: "$6::bigint")), c.highestmodseq),
                edited_modseq = greatest(b.edited_modseq, c.edited_modseq), unclean_ends = $6::bigint
            FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) AS c (mailbox_id, uidnext, highestmodseq, edited_modseq)
            WHERE b.tenant_id = $1 AND b.mailbox_id = c.mailbox_id
            """, [
                .int8(lease.tenant), .int8Array(changed.map(\.mailbox.id)), .int8Array(changed.map { Int64($0.uidNext) }),
                .int8Array(changed.map { Int64(clamping: $0.modSeq) }), .int8Array(changed.map { Int64(clamping: $0.edited) }),
                .int8(lease.uncleanEnds),
            ])
    }

    /// Usage as it becomes, in full: memory is exact, since nobody else writes. All three levels in one statement.
    private func usageStatements(_ tenant: Int64, _ ledger: QuotaLedger) -> [PostgresStatement] {
        let figures = ledger.figures(after: usage)
        guard !figures.users.isEmpty else { return [] }
        return [PostgresStatement("""
            WITH by_user AS (
                INSERT INTO user_usage (tenant_id, user_id, bytes, messages)
                SELECT $1, u.id, u.bytes, u.messages FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS u (id, bytes, messages)
                ON CONFLICT (tenant_id, user_id) DO UPDATE SET bytes = excluded.bytes, messages = excluded.messages),
            by_domain AS (
                INSERT INTO domain_usage (tenant_id, domain_id, bytes, messages)
                SELECT $1, d.id, d.bytes, d.messages FROM unnest($5::bigint[], $6::bigint[], $7::bigint[]) AS d (id, bytes, messages)
                ON CONFLICT (tenant_id, domain_id) DO UPDATE SET bytes = excluded.bytes, messages = excluded.messages)
            INSERT INTO tenant_usage (tenant_id, bytes, messages) VALUES ($1, $8::bigint, $9::bigint)
            ON CONFLICT (tenant_id) DO UPDATE SET bytes = excluded.bytes, messages = excluded.messages
            """, [
                .int8(tenant),
                .int8Array(figures.users.map(\.id)), .int8Array(figures.users.map(\.usage.bytes)),
                .int8Array(figures.users.map(\.usage.messages)),
                .int8Array(figures.domains.map(\.id)), .int8Array(figures.domains.map(\.usage.bytes)),
                .int8Array(figures.domains.map(\.usage.messages)),
                .int8(figures.tenant.bytes), .int8(figures.tenant.messages),
            ])]
    }
}
