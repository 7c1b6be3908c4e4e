import BlobStore
import Postgres
import Runtime

/// What legal holds keep of users is to be copied into folders of another user's account, where others can read it.
public struct HeldCopying: Sendable {
    public struct Source: Sendable {
        let user: Int64
        /// Of a folder that is made for it.
        let folder: String

        public init(user: Int64, folder: String) { (self.user, self.folder) = (user, folder) }
    }

    let sources: [Source]
    /// Whose account takes the copies.
    let target: Int64
    /// INTERNALDATEs from this moment on, and before that one: seconds since 1970.
    let since: Int64?, before: Int64?
    /// Whether to copy also what is in the mailboxes of the users.
    let includesPresent: Bool
    /// Whether all is checked, and nothing done.
    let isTrial: Bool

    public init(
        sources: [Source], target: Int64, since: Int64? = nil, before: Int64? = nil, includesPresent: Bool = false, isTrial: Bool = false
    ) {
        (self.sources, self.target, self.since, self.before) = (sources, target, since, before)
        (self.includesPresent, self.isTrial) = (includesPresent, isTrial)
    }

    public enum Outcome: Sendable, Equatable {
        /// What came from each source; no folder is made for nothing.
        case copied([QuotaUsage])
        /// Nothing was copied, since this was needed.
        case overQuota(QuotaRefusal, needed: QuotaUsage)
        case tooMany(needed: QuotaUsage)
    }
}

/// A folder that is to be made with messages in it.
private struct HeldFolder {
    let name: String
    /// In their order; of their numbers nothing is used.
    let arrivals: [MailboxState.Arrival]
    var amount: QuotaUsage { QuotaUsage(arrivals.map(\.message)) }
}

extension TenantStore {
    /// How often what a transaction could not use any more is read again.
    private static let attempts = 5

    /// Copies all of it in one transaction, or nothing. What is copied from stays as it is. The copies have their octets, INTERNALDATE,
    /// keywords and flags but `\Deleted`, which all that was expunged has: mail programs hide what has it, and the next EXPUNGE takes it.
    /// - Throws: `mailboxExists` when a folder is there already.
    public func copyHeld(_ copying: HeldCopying) async throws(StoreError) -> HeldCopying.Outcome {
        var attempt = 1
        while true {
            let places = relocations
            do throws(StoreError) {
                return try await copyHeld(copying, asOf: places)
            } catch {
                guard places != relocations, attempt < Self.attempts else { throw error }
                attempt += 1
            }
        }
    }

    private func copyHeld(_ copying: HeldCopying, asOf places: Int) async throws(StoreError) -> HeldCopying.Outcome {
        let account = try await account(of: copying.target)
        try await loadQuota(of: copying.target)
        try await queue.settled()
        var needed = QuotaUsage()
        for source in copying.sources { needed += try await amount(of: source, copying) }
        guard needed.messages <= StoreLimits.messagesPerHeldCopy else { return .tooMany(needed: needed) }
        var folders: [HeldFolder] = []
        for source in copying.sources { folders.append(try await folder(for: source, copying)) }
        let amounts = folders.map(\.amount)
        needed = amounts.reduce(into: QuotaUsage()) { $0 += $1 }
        folders.removeAll { $0.arrivals.isEmpty }
        if copying.isTrial {
            try account.checkRoom(for: folders)
            if let refusal = ledger.foreseenRefusal(of: copying.target, adding: needed) { return .overQuota(refusal, needed: needed) }
        } else if !folders.isEmpty {
            let reservation: QuotaReservation
            do throws(StoreError) {
                reservation = try ledger.reserve(needed, for: copying.target)
            } catch {
                guard case .overQuota(let refusal) = error else { throw error }
                return .overQuota(refusal, needed: needed)
            }
            defer { reservation.end() }
            try await account.make(folders, needed, reservation, asOf: places)
        }
        return .copied(amounts)
    }

    private func amount(of source: HeldCopying.Source, _ copying: HeldCopying) async throws(StoreError) -> QuotaUsage {
        let result = try await database.query(HeldMessages.amount, parameters(source, copying))
        return try StoreError.reading { () throws(PostgresError) in
            guard let row = result.first else { return QuotaUsage() }
            return QuotaUsage(bytes: try row.int8(1), messages: try row.int8(0))
        }
    }

    private func folder(for source: HeldCopying.Source, _ copying: HeldCopying) async throws(StoreError) -> HeldFolder {
        let name = try MailboxName.validated(source.folder)
        let result = try await database.query(HeldMessages.reading, parameters(source, copying))
        guard let row = result.first else { throw .unavailable(reason: "incomplete answer") }
        return HeldFolder(name: name, arrivals: try StoreError.reading { () throws(PostgresError) in try Self.arrivals(row) })
    }

    private func parameters(_ source: HeldCopying.Source, _ copying: HeldCopying) -> [PostgresValue] {
        [
            .int8(tenant), .int8(source.user), .optionalInt8(copying.since), .optionalInt8(copying.before), .bool(copying.includesPresent),
        ]
    }
}

extension Account {
    fileprivate func checkRoom(for folders: [HeldFolder]) throws(StoreError) {
        guard folders.allSatisfy({ mailbox(named: $0.name) == nil }) else { throw .mailboxExists }
        guard mailboxCount + folders.count <= StoreLimits.mailboxesPerUser else { throw .limitReached(reason: "it has too many folders") }
        guard folders.allSatisfy({ KeywordSets().hasRoom(forEach: Set($0.arrivals.map(\.keywords))) }) else {
            throw .limitReached(reason: "the messages have too many keywords for one folder")
        }
    }

    /// - Parameter places: `relocations` before the folders' messages were looked up; the rows say where their octets are.
    fileprivate func make(
        _ folders: [HeldFolder], _ amount: QuotaUsage, _ reservation: QuotaReservation, asOf places: Int
    ) async throws(StoreError) {
        let ids = try await newMailboxIDs(folders.count)
        guard ids.count == folders.count else { throw .unavailable(reason: "incomplete answer") }
        try await store.queue.perform(alone: true) { [self] batch throws(StoreError) in
            guard places == store.relocations else { throw .unavailable(reason: "the messages' octets are being moved") }
            try checkRoom(for: folders)
            let made = zip(folders, ids).map { newMailbox($0.name, id: $1, specialUse: nil) }
            insert(made, in: batch)
            var rows = MessageInserts()
            for (folder, mailbox) in zip(folders, made) {
                let modSeq = batch.nextModSeq(in: mailbox, onlyAdding: true)
                for (arrival, uid) in zip(folder.arrivals, batch.takeUIDs(folder.arrivals.count, in: mailbox)) {
                    let held = arrival.message
                    let copy = StoredMessage(
                        uid: uid, modSeq: modSeq, flags: held.flags.subtracting(.deleted), internalDate: held.internalDate, size: held.size,
                        blob: held.blob)
                    rows.append(copy, keywords: arrival.keywords, structure: nil, to: mailbox.id)
                }
            }
            // Behind the folders' own rows.
            if let statement = rows.statement(tenant: store.tenant) { batch.run(before: statement) }
            batch.charge(user, amount)
            batch.onCommit { _ in reservation.end() }
        }
    }
}
