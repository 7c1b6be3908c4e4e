import BlobStore
import Postgres
import Runtime

/// One tenant's mail: directory, quotas, delivery, and the accounts of its users. The only writer of this tenant's rows
/// while it holds the lease; so its memory is a coherent cache of them.
@EventLoopActor
public final class TenantStore {
    public let tenant: Int64
    let database: Database
    let blobs: MessageBlobs
    let directory: Directory
    let signingKeys: SigningKeys
    let ledger: QuotaLedger
    let queue: WriteQueue
    let arrivals: ArrivalLog
    let accounts: AccountCache
    let states: MailboxStateCache
    let reader: MessageReader
    let snapshots: SnapshotFiles
    /// Answers about messages, kept for the next session that asks.
    public let derived = DerivedBytes()
    /// Users whose maildrop a POP3 session has.
    var lockedMaildrops: Set<Int64> = []
    /// Deliveries whose outcome is not known yet, and who waits for it.
    var deliveriesInHand: [[UInt8]: [CheckedContinuation<Void, Never>]] = [:]
    private var hasForgotten = false
    var warnings: QuotaWarnings?
    public internal(set) var isCompacting = false
    /// New places, with the old ones, of a relocation whose outcome is not known: memory has the old ones, and rows have one or the other.
    var placesInDoubt: [BlobReference: BlobReference] = [:]
    /// When somebody looked last for octets that nobody needs; nil before that was asked, and when nobody did.
    var lastLook: Int64?
    /// Grows when octets are about to lie elsewhere, or to go: who puts a place into a row by its value must have looked it up since.
    var relocations = 0

    /// Connects, takes the lease and the blobs from whoever held them, and enters what the blob log is ahead.
    /// - Parameter snapshotFolder: where a worker that ends leaves what it knows of mailboxes; made when missing.
    /// - Parameter memoryBudget: octets for the messages' metadata of mailboxes that nobody has selected any more.
    /// - Throws: `.unavailable` also while another process holds the blobs: it must end first.
    public static func open(
        tenant: Int64, database: PostgresConfiguration, blobDirectory: String, snapshotFolder: String, memoryBudget: Int = 16 << 20
    ) async throws(StoreError) -> TenantStore {
        // Long enough that a company which gets a letter every few seconds does not connect and prepare its statements anew for each.
        let database = Database(pool: PostgresPool(database, maximumConnections: 2, idleTimeout: .seconds(20)))
        let blobs = MessageBlobs(directory: blobDirectory)
        do {
            try await takeOver(blobs)
            let taken = try await Lease.take(tenant, from: database)
            let store = TenantStore(
                lease: taken.lease, database: database, blobs: blobs, snapshotFolder: snapshotFolder, memoryBudget: memoryBudget)
            try await store.begin(taken)
            return store
        } catch {
            await blobs.close()
            await database.pool.close()
            throw error
        }
    }

    /// A worker that is just ending needs a moment.
    private static func takeOver(_ blobs: MessageBlobs) async throws(StoreError) {
        let end = ContinuousClock.now + .seconds(5)
        while true {
            do throws(BlobError) {
                return try await blobs.takeOver(behind: .start)
            } catch {
                guard error == .inUse, .now < end else { throw StoreError(error) }
                await EventLoopActor.sleep(for: .milliseconds(50))
            }
        }
    }

    private init(lease: Lease, database: Database, blobs: MessageBlobs, snapshotFolder: String, memoryBudget: Int) {
        tenant = lease.tenant
        self.database = database
        self.blobs = blobs
        directory = Directory(tenant: lease.tenant, database: database)
        signingKeys = SigningKeys(tenant: lease.tenant, database: database)
        ledger = QuotaLedger()
        queue = WriteQueue(database: database, ledger: ledger, lease: lease)
        arrivals = ArrivalLog(tenant: lease.tenant, blobs: blobs, queue: queue)
        accounts = AccountCache()
        states = MailboxStateCache(budget: memoryBudget)
        reader = MessageReader(blobs: blobs)
        snapshots = SnapshotFiles(folder: snapshotFolder)
        queue.onMissingReference = { [weak self] in self?.directoryChanged() }
    }

    /// Nothing was told yet when this returns, and what an earlier worker told is in the rows, or its numbers are skipped.
    private func begin(_ taken: Lease.Taken) async throws(StoreError) {
        do throws(StoreError) {
            try await enterLog(behind: taken.entered)
            guard !queue.isLeaseLost else { throw .leaseLost }
            guard !taken.wasClean else { return }
            try await queue.lease.noteAhead(database)
            Log.notice("the worker before did not end in order: UIDs and change numbers skip some", ["tenant": "\(tenant)"])
        } catch {
            queue.beginClosing()
            throw error
        }
    }

    /// How often a quota had no room for what was asked of it, and what was flushed to disk, since the store was opened.
    public var quotaRefusals: Int64 { ledger.refusals }
    public var flushes: FlushCounts { arrivals.flushes }

    /// Called once, when the lease is found lost: the worker must exit.
    public var onLeaseLost: (@EventLoopActor () -> Void)? {
        get { queue.onLeaseLost }
        set { queue.onLeaseLost = newValue }
    }

    /// Provisioning changed (users, aliases, domains, keys, quotas): what is cached about it is read again when next needed.
    public func directoryChanged() {
        directory.forget()
        signingKeys.forget()
        warnings?.everythingChanged(after: .milliseconds(200))
    }

    /// Where mail for an address goes. The local part as text, quotes removed; the domain in ASCII in any case, or in Unicode.
    public func resolve(localPart: String, domain: String) async throws(StoreError) -> Resolution {
        try await directory.resolve(localPart: localPart, domain: domain)
    }

    /// Where a message goes that the user handed in; nil: that came from elsewhere. Groups that users forward to, and that do not take it,
    /// are closed.
    public func resolve(localPart: String, domain: String, from poster: Int64?) async throws(StoreError) -> Resolution {
        try await directory.resolve(localPart: localPart, domain: domain, from: poster)
    }

    /// Grows whenever provisioning changed.
    public var directoryGeneration: Int { directory.generation }

    /// Has `action` called whenever it did, for who relies for long on what it read; nil: no more.
    public func watchDirectory(as watcher: AnyObject, _ action: (@EventLoopActor () -> Void)?) { directory.watch(as: watcher, action) }

    /// The shared mailboxes that the user has access to, sorted by address.
    /// - Parameter patiently: false where somebody waits at a screen, and is better told soon that the database is away.
    public func sharedMailboxes(of member: Int64, patiently: Bool = true) async throws(StoreError) -> [SharedMailbox] {
        try await directory.sharedMailboxes(of: member, patiently: patiently)
    }

    /// Its members, sorted by address.
    public func members(of shared: SharedMailbox) async throws(StoreError) -> [(address: String, rights: SharedMailbox.Rights)] {
        try await directory.members(of: shared)
    }

    /// The number of the shared mailbox that has this address, whoever may open it; nil: there is none.
    public func sharedMailbox(at address: String) async throws(StoreError) -> Int64? { try await directory.sharedMailbox(at: address) }

    /// Whether the user may send as this address: its own address (with any `+detail`), an alias that leads to it, a group
    /// that it owns, or a shared mailbox that it sends for.
    public func mayUse(localPart: String, domain: String, as user: Int64) async throws(StoreError) -> Bool {
        try await directory.mayUse(localPart: localPart, domain: domain, as: user)
    }

    /// Whether mail that the user handed in may go to the group; nil: mail from elsewhere, or from nobody knows whom.
    public func mayPost(_ user: Int64?, to group: ResolvedGroup) async throws(StoreError) -> Bool {
        try await directory.mayPost(user, to: group)
    }

    public func user(_ id: Int64) async throws(StoreError) -> UserRecord { try await directory.user(id) }

    /// Commits the rows of messages that only the blob log holds yet.
    public func commitRows() async throws(StoreError) { try await queue.settled() }

    /// Usage and limits that apply to a user: user, domain, tenant.
    public func quota(of user: Int64) async throws(StoreError) -> [QuotaLevel] {
        try await loadQuota(of: user)
        return ledger.levels(of: user)
    }

    /// For RCPT: what would refuse a message of this size now, or nil. Nothing is reserved; `deliver` decides.
    /// `size` 0 (not announced) asks for room for a message of one octet.
    public func check(user: Int64, size: Int64) async throws(StoreError) -> QuotaRefusal? {
        try await loadQuota(of: user)
        return ledger.refusal(of: user, adding: QuotaUsage(bytes: max(1, size), messages: 1))
    }

    /// The mailboxes of a user; standard folders are made when there are none.
    public func account(of user: Int64) async throws(StoreError) -> Account {
        try await directory.requireUser(user)
        return try await accounts.account(of: user) { [self] () async throws(StoreError) in try await loadAccount(of: user) }
    }

    /// The same of a user who may be deleted: what was answered for still gets there.
    func keptAccount(of user: Int64) async throws(StoreError) -> Account {
        try await accounts.account(of: user) { [self] () async throws(StoreError) in
            guard try await directory.keeps(user) else { throw .noSuchUser }
            return try await loadAccount(of: user)
        }
    }

    /// Once the log gives no more numbers and the queue was empty: whether all that it gave are in the rows.
    var isEntered: Bool { !queue.isLeaseLost && !queue.hasLeftRows }

    /// Lets go of the messages of mailboxes that no session has selected.
    package func forgetMailboxes() { states.removeAll() }

    /// Waits for writes in hand, then lets go of connections, threads and files.
    public func close() async {
        warnings?.close()
        queue.beginClosing()
        await arrivals.close()
        await queue.drain()
        await keepSnapshots()
        if isEntered { await queue.lease.noteCleanEnd(database) }
        accounts.removeAll()
        states.removeAll()
        derived.removeAll()
        await blobs.close()
        await database.pool.close()
    }

    /// Removes what was kept to recognise repeated deliveries, once the relay has long given up repeating them. Once a store.
    func forgetOldDeliveries() {
        guard !hasForgotten else { return }
        hasForgotten = true
        for (table, time) in [("deliveries", "delivered_at"), ("vacation_replies", "replied_at")] {
            let statement = PostgresStatement(
                "DELETE FROM \(table) WHERE tenant_id = $1 AND \(time) < now() - interval '30 days'", [.int8(tenant)])
            queue.performLater { batch throws(StoreError) in batch.run(after: statement) }
        }
    }
}
