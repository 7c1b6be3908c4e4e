import Postgres
import Runtime

extension TenantStore {
    /// Smaller mailboxes are read from the database as fast.
    private static let worthKeeping = 32

    /// The mailbox's snapshot, if nothing but messages that came in has changed the mailbox since.
    func snapshot(of mailbox: Mailbox) async -> OpenSnapshot? {
        guard let snapshot = await snapshots.open(mailbox.id) else { return nil }
        let moment = snapshot.head.moment
        guard moment.mailbox == mailbox.id, moment.epoch <= queue.lease.epoch, moment.uidNext <= mailbox.uidNext,
            moment.modSeq >= mailbox.editedModSeq, moment.modSeq <= mailbox.highestModSeq
        else { return nil }
        return snapshot
    }

    /// At the end, when every row is committed: what is in memory of mailboxes is left to the next worker, and what was left of
    /// mailboxes that are gone is removed.
    func keepSnapshots() async {
        guard isEntered, queue.isEmpty, placesInDoubt.isEmpty else { return }
        for state in states.all where state.messages.count >= Self.worthKeeping && !state.mailbox.isGone {
            guard state.keptModSeq != state.mailbox.highestModSeq else { continue }
            await snapshots.write(state.snapshot(under: queue.lease.epoch))
        }
        let kept = await snapshots.mailboxes()
        guard !kept.isEmpty,
            let result = try? await database.query(
                "SELECT mailbox_id FROM mailboxes WHERE tenant_id = $1 AND mailbox_id = ANY ($2::bigint[])",
                [.int8(tenant), .int8Array(kept.sorted())])
        else { return }
        let existing = Set(result.rows.compactMap { try? $0.int8(0) })
        for mailbox in kept.subtracting(existing) { await snapshots.remove(mailbox) }
    }
}
