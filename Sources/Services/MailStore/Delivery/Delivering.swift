import BlobStore
import Postgres
import Runtime

/// Delivery: room is reserved, then the message becomes durable in the blob store, then its rows and the usage they cost are
/// committed with all other deliveries that wait. A delivery that was made before is recognised by its row.
extension TenantStore {
    /// A recipient whose quota has room.
    private struct Admission {
        let recipient: DeliveryRecipient
        let account: Account
        let reservation: QuotaReservation
    }

    /// Stores a message for its recipients. Outcomes are in the order of `delivery.recipients`, and are durable when this returns.
    public func deliver(_ delivery: Delivery) async -> [DeliveryOutcome] {
        var outcomes: [Int64: DeliveryOutcome] = [:]
        var admitted: [Admission] = []
        var known: Set<Int64> = []
        for recipient in delivery.recipients where known.insert(recipient.user).inserted {
            do {
                admitted.append(try await admit(recipient, delivery))
            } catch {
                outcomes[recipient.user] = await outcome(of: error, recipient.user, delivery)
            }
        }
        defer { for admission in admitted { admission.reservation.end() } }
        if !admitted.isEmpty {
            do {
                let stored = try await store(delivery, for: admitted)
                for (admission, outcome) in zip(admitted, stored) { outcomes[admission.recipient.user] = outcome }
            } catch {
                for user in admitted.map(\.recipient.user) { outcomes[user] = await outcome(of: error, user, delivery) }
            }
            forgetOldDeliveries()
        }
        return delivery.recipients.map { outcomes[$0.user] ?? .unavailable(reason: "no outcome") }
    }

    private func admit(_ recipient: DeliveryRecipient, _ delivery: Delivery) async throws(StoreError) -> Admission {
        guard delivery.id.count == 16 else { throw .unavailable(reason: "a delivery id has 16 octets") }
        try Keywords.check(recipient.keywords)
        let account = try await account(of: recipient.user)
        try await loadQuota(of: recipient.user)
        let reservation = try ledger.reserve(QuotaUsage(bytes: Int64(delivery.bytes.count), messages: 1), for: recipient.user)
        return Admission(recipient: recipient, account: account, reservation: reservation)
    }

    /// A repeat of a delivery that filled the quota is still a repeat, so that is asked first.
    private func outcome(of error: StoreError, _ user: Int64, _ delivery: Delivery) async -> DeliveryOutcome {
        switch error {
        case .overQuota(let refusal):
            do {
                let earlier = try await database.query(
                    "SELECT 1 FROM deliveries WHERE tenant_id = $1 AND user_id = $2 AND delivery_id = $3",
                    [.int8(tenant), .int8(user), .bytea(delivery.id)])
                return earlier.isEmpty ? .overQuota(refusal) : .duplicate
            } catch {
                return .unavailable(reason: "\(error)")
            }
        case .noSuchUser: return .noSuchUser
        default: return .unavailable(reason: "\(error)")
        }
    }

    private func store(_ delivery: Delivery, for admitted: [Admission]) async throws(StoreError) -> [DeliveryOutcome] {
        let now = Clock.now()
        let places = admitted.map { admission in
            BlobDescription.Place(user: admission.recipient.user, mailbox: target(of: admission)?.id ?? 0)
        }
        let first = admitted.first?.recipient
        let record = BlobRecord(
            description: BlobDescription(
                tenant: tenant, deliveryID: delivery.id, places: places, internalDate: now, flags: UInt32(first?.flags.rawValue ?? 0),
                keywords: first?.keywords ?? [], reversePath: delivery.reversePath),
            bytes: delivery.bytes)
        let references = try await keep([record])
        let structure = CachedStructures.encode(delivery.bytes)
        return try await queue.perform { [self] batch throws(StoreError) in
            admitted.map { admission in
                guard let reference = references.first else { return .unavailable(reason: "the blob store lost a record") }
                let message = StoredMessage(
                    uid: 0, modSeq: 0, flags: admission.recipient.flags, internalDate: now, size: Int64(delivery.bytes.count),
                    blob: reference)
                return put(message, structure, for: admission, delivery.id, in: batch)
            }
        }
    }

    private func target(of admission: Admission) -> Mailbox? {
        admission.account.mailbox(named: admission.recipient.mailbox) ?? admission.account.mailbox(named: MailboxName.inbox)
    }

    /// Adds one recipient's row to the transaction, unless it is there already.
    private func put(
        _ draft: StoredMessage, _ structure: [UInt8]?, for admission: Admission, _ id: [UInt8], in batch: WriteBatch
    ) -> DeliveryOutcome {
        let user = admission.recipient.user
        let key = WriteBatch.DeliveryKey(user: user, id: id)
        guard !queue.knownDuplicates.contains(key), !batch.deliveries.contains(key) else { return .duplicate }
        guard ledger.users[user] != nil else { return .noSuchUser }
        guard let mailbox = target(of: admission) else { return .unavailable(reason: "the user has no INBOX") }
        guard batch.hasRoom(for: 1, in: mailbox) else { return .unavailable(reason: "the mailbox has no UIDs left") }
        let modSeq = batch.nextModSeq(in: mailbox)
        let uid = batch.takeUIDs(1, in: mailbox).lowerBound
        let message = StoredMessage(
            uid: uid, modSeq: modSeq, flags: draft.flags, internalDate: draft.internalDate, size: draft.size, blob: draft.blob)
        let keywords = Keywords.normalized(admission.recipient.keywords)
        batch.inserts.append(message, keywords: keywords, structure: structure, to: mailbox.id)
        batch.record(key)
        batch.charge(user, QuotaUsage(bytes: message.size, messages: 1))
        batch.onCommit { _ in
            admission.reservation.end()
            mailbox.state?.insert([.init(message: message, keywords: keywords)])
        }
        return .stored(mailbox: mailbox.id, uid: uid)
    }
}
