import BlobStore
import Postgres
import Runtime

/// At the start: the records behind the last committed place of the blob log, whose rows an earlier worker could not commit.
extension TenantStore {
    /// Records that are entered between two commits.
    private static let portion = 200

    func enterLog(behind entered: LogPosition) async throws(StoreError) {
        try await reading { () throws(BlobError) in try await blobs.takeOver(behind: entered) }
        let segments = try await reading { () throws(BlobError) in try await blobs.segments() }
        var count = 0
        for segment in segments where segment >= entered.segment {
            let offset = segment == entered.segment ? entered.offset : 0
            for record in try await whole(segment, from: offset) {
                try await enter(record)
                count += 1
                if count % Self.portion == 0 { try await queue.settled() }
            }
        }
        guard count > 0 else { return }
        try await queue.settled()
        Log.notice("messages of the blob log were entered into their mailboxes", ["tenant": "\(tenant)", "count": "\(count)"])
    }

    /// The records of a segment that can be read and belong to a change that is there as a whole. The end of a log may be torn:
    /// what is missing there was never answered for.
    private func whole(_ segment: Int64, from offset: Int64) async throws(StoreError) -> [ScannedRecord] {
        var records: [ScannedRecord] = [], begun: [ScannedRecord] = []
        for record in try await reading({ () throws(BlobError) in try await blobs.scan(segment: segment, from: offset) }) {
            guard let description = record.description else {
                Log.error("a blob record is damaged and was passed over", ["tenant": "\(tenant)", "blob": "\(record.reference)"])
                continue
            }
            begun.append(record)
            if description.following == 0 {
                records += begun
                begun = []
            }
        }
        return records
    }

    private func enter(_ record: ScannedRecord) async throws(StoreError) {
        guard let description = record.description else { return }
        let bytes = try await reading { () throws(BlobError) in try await blobs.read(record.reference) }
        let structure = CachedStructures.encode(bytes)
        var arrivals: [LoggedArrival] = []
        for place in description.places {
            do {
                if let arrival = try await arrival(at: place, description, bytes.count, structure, record.reference) {
                    arrivals.append(arrival)
                }
            } catch .noSuchUser {
                continue  // destroyed meanwhile, and the user's mail with it
            }
        }
        if !arrivals.isEmpty { arrivals[arrivals.count - 1].entered = record.reference.end }
        for arrival in arrivals { queue.enter(arrival) }
    }

    /// Nil when its row is there.
    private func arrival(
        at place: BlobDescription.Place, _ description: BlobDescription, _ size: Int, _ structure: [UInt8]?, _ blob: BlobReference
    ) async throws(StoreError) -> LoggedArrival? {
        let account = try await keptAccount(of: place.user)
        try await loadQuota(of: place.user)
        guard let mailbox = account.mailboxes.first(where: { $0.id == place.mailbox }) ?? account.mailbox(named: MailboxName.inbox)
        else { return nil }
        var uid = place.uid, modSeq = place.modSeq
        let row = try await database.query(
            "SELECT blob_segment, blob_offset FROM messages WHERE tenant_id = $1 AND mailbox_id = $2 AND uid = $3",
            [.int8(tenant), .int8(mailbox.id), .int8(Int64(uid))]).first
        let known = try row.map { row throws(StoreError) in
            try StoreError.reading { () throws(PostgresError) in (segment: try row.int8(0), offset: try row.int8(1)) }
        }
        if let known, known == (blob.segment, blob.offset) { return nil }
        if mailbox.id != place.mailbox || known != nil {
            uid = mailbox.assignUID()
            modSeq = mailbox.assignModSeq()
        }
        let reservation = try ledger.claim(QuotaUsage(bytes: Int64(size), messages: 1), for: place.user)
        let message = StoredMessage(
            uid: uid, modSeq: modSeq, flags: MessageFlags(rawValue: UInt8(truncatingIfNeeded: place.flags)).intersection(.all),
            internalDate: description.internalDate, size: Int64(size), blob: blob)
        return LoggedArrival(
            account: account, mailbox: mailbox, message: message, keywords: place.keywords, structure: structure,
            deliveryID: description.deliveryID, reservation: reservation, entered: blob.start)
    }

    /// With the blob store's errors as the mail store tells them.
    func reading<Value>(_ body: () async throws(BlobError) -> Value) async throws(StoreError) -> Value {
        do {
            return try await body()
        } catch {
            throw StoreError(error)
        }
    }
}
