import BlobStore
import Cryptography
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
                try await enter(record, isBegun: record.reference.start == entered)
                count += 1
                if count % Self.portion == 0 { try await queue.settled() }
            }
        }
        guard count > 0 else { return }
        try await queue.settled()
        Log.notice("messages of the blob log were entered into their mailboxes", ["tenant": "\(tenant)", "count": "\(count)"])
    }

    /// The records of a segment that can be read and belong to a change that is there as a whole. Where the end of the log is torn, what
    /// is missing was never answered for, or has been lost since: nobody can tell, so it is reported.
    private func whole(_ segment: Int64, from offset: Int64) async throws(StoreError) -> [ScannedRecord] {
        var records: [ScannedRecord] = [], begun: [ScannedRecord] = []
        for record in try await reading({ () throws(BlobError) in try await blobs.scan(segment: segment, from: offset) }) {
            guard let description = record.description else {
                report("a blob record is damaged and was passed over", record)
                continue
            }
            begun.append(record)
            if description.following == 0 {
                records += begun
                begun = []
            }
        }
        for record in begun { report("a blob record belongs to others that are missing, and was passed over", record) }
        return records
    }

    private func report(_ problem: String, _ record: ScannedRecord) {
        for facts in record.facts(ofTenant: tenant) { Log.error(problem, facts) }
    }

    /// - Parameter isBegun: some of its places may have been entered already.
    private func enter(_ record: ScannedRecord, isBegun: Bool) async throws(StoreError) {
        guard let description = record.description else { return }
        let bytes: [UInt8]
        do {
            bytes = try await reading { () throws(BlobError) in try await blobs.read(record.reference) }
        } catch .damaged {
            return report("a blob record cannot be read and was passed over", record)
        }
        let structure = CachedStructures.encode(bytes)
        var arrivals: [LoggedArrival] = []
        for place in description.places {
            do {
                if let arrival = try await arrival(
                    at: place, description, bytes.count, structure, record.reference, isBegun: isBegun)
                {
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
        at place: BlobDescription.Place, _ description: BlobDescription, _ size: Int, _ structure: [UInt8]?, _ blob: BlobReference,
        isBegun: Bool
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
            if isBegun, try await hasRow(of: blob, in: mailbox) { return nil }
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

    /// Under whatever UID: asked where the record's own was not to be had.
    private func hasRow(of blob: BlobReference, in mailbox: Mailbox) async throws(StoreError) -> Bool {
        let result = try await database.query(
            "SELECT 1 FROM messages WHERE tenant_id = $1 AND mailbox_id = $2 AND blob_segment = $3 AND blob_offset = $4 LIMIT 1",
            [.int8(tenant), .int8(mailbox.id), .int8(blob.segment), .int8(blob.offset)])
        return !result.isEmpty
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

extension ScannedRecord {
    /// What the log tells of a record that was passed over: once for each place that the message had, as far as it can still be read.
    package func facts(ofTenant tenant: Int64) -> [[String: String]] {
        let facts = ["tenant": "\(tenant)", "blob": "\(reference)"]
        guard let known = description ?? remains, !known.places.isEmpty else { return [facts] }
        return known.places.map { place in
            var facts = facts
            (facts["user"], facts["mailbox"], facts["uid"]) = ("\(place.user)", "\(place.mailbox)", "\(place.uid)")
            if !known.deliveryID.isEmpty { facts["trace"] = Hexadecimal.encode(known.deliveryID) }
            return facts
        }
    }
}
