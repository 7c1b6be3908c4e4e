import Postgres
import Runtime

/// Delivery: room is reserved, then the message goes into the blob log, and is answered for once it is durable there.
extension TenantStore {
    /// Stores a message for its recipients. Outcomes are in the order of `delivery.recipients`, and are durable when this returns.
    public func deliver(_ delivery: Delivery) async -> [DeliveryOutcome] {
        guard delivery.id.count == 16 else { return delivery.recipients.map { _ in .unavailable(reason: "a delivery id has 16 octets") } }
        // Its sender may have given an earlier attempt up that is still under way.
        while deliveriesInHand[delivery.id] != nil {
            await withCheckedContinuation { deliveriesInHand[delivery.id, default: []].append($0) }
        }
        deliveriesInHand[delivery.id] = []
        defer { for waiting in deliveriesInHand.removeValue(forKey: delivery.id) ?? [] { waiting.resume() } }
        return await deliverAlone(delivery)
    }

    private func deliverAlone(_ delivery: Delivery) async -> [DeliveryOutcome] {
        var outcomes: [Int64: DeliveryOutcome] = [:]
        do {
            for user in try await earlierRecipients(of: delivery) { outcomes[user] = .duplicate }
        } catch {
            return delivery.recipients.map { _ in .unavailable(reason: "\(error)") }
        }
        var places: [ArrivalDraft.Place] = []
        var known = Set(outcomes.keys)
        for recipient in delivery.recipients where known.insert(recipient.user).inserted {
            do {
                places.append(try await admit(recipient, delivery))
            } catch {
                outcomes[recipient.user] = DeliveryOutcome(error)
            }
        }
        defer { for place in places { place.reservation.giveUp() } }
        if !places.isEmpty {
            for (place, outcome) in zip(places, await store(delivery, at: places)) { outcomes[place.account.user] = outcome }
            forgetOldDeliveries()
        }
        return delivery.recipients.map { outcomes[$0.user] ?? .unavailable(reason: "no outcome") }
    }

    /// Users who have this message from an attempt before.
    private func earlierRecipients(of delivery: Delivery) async throws(StoreError) -> [Int64] {
        guard !delivery.isFirstAttempt else { return [] }
        try await queue.settled()
        let result = try await database.query(
            "SELECT user_id FROM deliveries WHERE tenant_id = $1 AND user_id = ANY ($2::bigint[]) AND delivery_id = $3",
            [.int8(tenant), .int8Array(delivery.recipients.map(\.user)), .bytea(delivery.id)])
        var users: [Int64] = []
        for row in result.rows { users.append(try StoreError.reading { () throws(PostgresError) in try row.int8(0) }) }
        return users
    }

    private func admit(_ recipient: DeliveryRecipient, _ delivery: Delivery) async throws(StoreError) -> ArrivalDraft.Place {
        try Keywords.check(recipient.keywords)
        let account = try await account(of: recipient.user)
        try await loadQuota(of: recipient.user)
        let reservation = try ledger.reserve(QuotaUsage(bytes: Int64(delivery.bytes.count), messages: 1), for: recipient.user)
        return ArrivalDraft.Place(
            account: account, target: .named(recipient.mailbox), flags: recipient.flags,
            keywords: Keywords.normalized(recipient.keywords), reservation: reservation)
    }

    /// The outcome at each place.
    private func store(_ delivery: Delivery, at places: [ArrivalDraft.Place]) async -> [DeliveryOutcome] {
        let draft = ArrivalDraft(
            bytes: delivery.bytes, internalDate: Clock.now(), deliveryID: delivery.id, reversePath: delivery.reversePath, places: places)
        do {
            return try await arrivals.enter([draft], isWhole: false).joined().map { outcome in
                switch outcome {
                case .stored(let mailbox, let uid): .stored(mailbox: mailbox, uid: uid)
                case .refused(let error): DeliveryOutcome(error)
                }
            }
        } catch {
            return places.map { _ in DeliveryOutcome(error) }
        }
    }
}

extension DeliveryOutcome {
    fileprivate init(_ error: StoreError) {
        switch error {
        case .overQuota(let refusal): self = .overQuota(refusal)
        case .noSuchUser: self = .noSuchUser
        default: self = .unavailable(reason: "\(error)")
        }
    }
}
