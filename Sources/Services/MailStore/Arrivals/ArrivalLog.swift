import BlobStore
import Runtime

/// The one way for new messages into mailboxes. The blob segments are a log: a record says where its message goes and under
/// which UID, so it is answered for as soon as it is durable, and its rows follow in a transaction that nobody waits for.
///
/// All that waits shares one flush. UIDs are given in the order of the log, and messages become visible in that order.
@EventLoopActor
final class ArrivalLog {
    /// Drafts that come in together: all or none where `isWhole`, else each place by itself.
    private final class Entry {
        let drafts: [ArrivalDraft]
        let isWhole: Bool
        /// ENVELOPE and BODYSTRUCTURE of each draft.
        private(set) lazy var structures = drafts.map { CachedStructures.encode($0.bytes) }
        let answer: CheckedContinuation<Result<[[ArrivalOutcome]], StoreError>, Never>
        let deadline: ContinuousClock.Instant

        init(
            _ drafts: [ArrivalDraft], isWhole: Bool, _ answer: CheckedContinuation<Result<[[ArrivalOutcome]], StoreError>, Never>,
            deadline: ContinuousClock.Instant
        ) {
            self.drafts = drafts
            self.isWhole = isWhole
            self.answer = answer
            self.deadline = deadline
        }
    }

    /// A place that has its UID.
    private struct Assignment {
        let place: ArrivalDraft.Place
        let mailbox: Mailbox
        let uid: UID
        let modSeq: ModSeq
    }

    /// An entry that is being written, with the places of each draft.
    private struct Assigned {
        let entry: Entry
        let places: [[Result<Assignment, StoreError>]]
    }

    /// Drafts of one flush: what it needs in memory is bounded by it.
    private static let groupLimit = 200
    /// How long an entry waits for a mailbox that a transaction holds.
    private static let patience = Duration.seconds(20)

    private let tenant: Int64
    private let blobs: MessageBlobs
    private let queue: WriteQueue
    private var waiting: [Entry] = []
    private var isWriting = false
    private var isPaused = false
    private var isClosed = false
    private var pausing: [CheckedContinuation<Void, Never>] = []
    private var isExpiring = false
    private(set) var flushes = FlushCounts()

    init(tenant: Int64, blobs: MessageBlobs, queue: WriteQueue) {
        self.tenant = tenant
        self.blobs = blobs
        self.queue = queue
        queue.arrivals = self
    }

    /// Makes the drafts durable and shows them in their mailboxes.
    /// - Parameter isWhole: a place that refuses fails them all.
    /// - Returns: for each draft, the outcome at each of its places.
    func enter(_ drafts: [ArrivalDraft], isWhole: Bool) async throws(StoreError) -> [[ArrivalOutcome]] {
        try queue.checkRoom()
        guard !isClosed else { throw .unavailable(reason: "the worker ends") }
        guard !isWhole || drafts.count <= UncleanEnds.margin else {
            throw .limitReached(reason: "more than \(UncleanEnds.margin) messages at once")
        }
        return try await withCheckedContinuation { answer in
            waiting.append(Entry(drafts, isWhole: isWhole, answer, deadline: .now + Self.patience))
            start()
        }.get()
    }

    // MARK: Beside the write queue

    /// Waits until no record is being written, and lets none begin until `resume`: so that a transaction can take UIDs and
    /// change numbers without meeting those that the log has given.
    func pause() async {
        isPaused = true
        while isWriting { await withCheckedContinuation { pausing.append($0) } }
    }

    /// Also to be called when a mailbox is held no longer.
    func resume() {
        isPaused = false
        start()
    }

    /// No number is given any more when this returns.
    func close() async {
        isClosed = true
        while isWriting { await withCheckedContinuation { pausing.append($0) } }
        for entry in waiting { entry.answer.resume(returning: .failure(.unavailable(reason: "the worker ends"))) }
        waiting = []
    }

    // MARK: Writing

    /// Goes on with what waits, unless it is paused.
    func start() {
        guard !isWriting, !isPaused, !isClosed, !waiting.isEmpty else { return }
        isWriting = true
        EventLoopActor.task { await self.write() }
    }

    private func write() async {
        while !isPaused {
            let group = takeGroup()
            guard !group.isEmpty else { break }
            let records = group.map(records(of:))
            let all = records.flatMap { $0.compactMap { $0 } }
            let began = ContinuousClock.now
            let written = await withCheckedContinuation { answer in
                blobs.append(all, answer)
                // While the disk works.
                for assigned in group { _ = assigned.entry.structures }
            }
            switch written {
            case .success(let references):
                flushes.add(messages: references.count, began.duration(to: .now))
                finish(group, records, references)
            case .failure(let error): for assigned in group { assigned.entry.answer.resume(returning: .failure(StoreError(error))) }
            }
        }
        isWriting = false
        let paused = pausing
        pausing = []
        for continuation in paused { continuation.resume() }
        expireLater()
    }

    /// The entries that can be written now, with UIDs. Those for a mailbox that a transaction holds stay, and those for one whose
    /// counters in the database are too far behind.
    private func takeGroup() -> [Assigned] {
        var group: [Assigned] = []
        var kept: [Entry] = []
        var drafts = 0
        for entry in waiting {
            guard drafts < Self.groupLimit, !mustWait(entry) else {
                kept.append(entry)
                continue
            }
            if let assigned = assign(entry) {
                group.append(assigned)
                drafts += entry.drafts.count
            }
        }
        waiting = kept
        return group
    }

    private func mustWait(_ entry: Entry) -> Bool {
        // What comes as a whole comes into one mailbox, and else each place is another user's.
        let count = entry.isWhole ? entry.drafts.count : 1
        for draft in entry.drafts {
            for place in draft.places {
                guard let mailbox = place.mailbox else { continue }
                if mailbox.isHeld { return true }
                guard mailbox.mayGoAhead(by: count) else {
                    queue.catchUp(mailbox)
                    return true
                }
            }
        }
        return false
    }

    /// Nil when the entry is answered already.
    private func assign(_ entry: Entry) -> Assigned? {
        if entry.isWhole {
            let places = entry.drafts.flatMap(\.places)
            if places.contains(where: { $0.mailbox == nil }) {
                entry.answer.resume(returning: .failure(.noSuchMailbox))
                return nil
            }
            if places.contains(where: { $0.mailbox?.hasRoom(for: places.count) == false }) {
                entry.answer.resume(returning: .failure(.limitReached(reason: "the mailbox has no UIDs left")))
                return nil
            }
        }
        // One change number an entry and mailbox: what comes together counts as one change.
        var modSeqs: [Int64: ModSeq] = [:]
        let places = entry.drafts.map { draft in draft.places.map { assign($0, &modSeqs) } }
        return Assigned(entry: entry, places: places)
    }

    private func assign(_ place: ArrivalDraft.Place, _ modSeqs: inout [Int64: ModSeq]) -> Result<Assignment, StoreError> {
        guard let mailbox = place.mailbox else { return .failure(.unavailable(reason: "the user has no INBOX")) }
        guard mailbox.hasRoom(for: 1) else { return .failure(.unavailable(reason: "the mailbox has no UIDs left")) }
        let modSeq = modSeqs[mailbox.id] ?? mailbox.assignModSeq()
        modSeqs[mailbox.id] = modSeq
        return .success(Assignment(place: place, mailbox: mailbox, uid: mailbox.assignUID(), modSeq: modSeq))
    }

    /// One for each draft; nil for a draft that no place takes.
    private func records(of assigned: Assigned) -> [BlobRecord?] {
        var following = assigned.entry.isWhole ? assigned.entry.drafts.count : 1
        return zip(assigned.entry.drafts, assigned.places).map { draft, places in
            following = assigned.entry.isWhole ? following - 1 : 0
            let described = places.compactMap { try? $0.get() }.map { place in
                BlobDescription.Place(
                    user: place.place.account.user, mailbox: place.mailbox.id, uid: place.uid, modSeq: place.modSeq,
                    flags: UInt32(place.place.flags.rawValue), keywords: place.place.keywords)
            }
            guard !described.isEmpty else { return nil }
            return BlobRecord(
                description: BlobDescription(
                    tenant: tenant, deliveryID: draft.deliveryID, places: described, internalDate: draft.internalDate,
                    reversePath: draft.reversePath, following: following),
                bytes: draft.bytes)
        }
    }

    /// The records are durable: memory shows the messages, the queue gets their rows, and the callers their answers.
    private func finish(_ group: [Assigned], _ records: [[BlobRecord?]], _ references: [BlobReference]) {
        var rest = references[...]
        for (assigned, records) in zip(group, records) {
            var outcomes: [[ArrivalOutcome]] = []
            for index in assigned.entry.drafts.indices {
                let reference = records[index] == nil ? nil : rest.popFirst()
                let places = assigned.places[index]
                let last = places.lastIndex { (try? $0.get()) != nil }
                outcomes.append(places.enumerated().map { number, place in
                    switch place {
                    case .failure(let error): return .refused(error)
                    case .success(let assignment):
                        guard let reference else { return .refused(.unavailable(reason: "the blob store lost a record")) }
                        show(
                            assignment, assigned.entry.drafts[index], assigned.entry.structures[index], at: reference,
                            entering: number == last ? reference.end : reference.start)
                        return .stored(mailbox: assignment.mailbox.id, uid: assignment.uid)
                    }
                })
            }
            assigned.entry.answer.resume(returning: .success(outcomes))
        }
    }

    private func show(
        _ assignment: Assignment, _ draft: ArrivalDraft, _ structure: [UInt8]?, at blob: BlobReference, entering position: LogPosition
    ) {
        let place = assignment.place
        let message = StoredMessage(
            uid: assignment.uid, modSeq: assignment.modSeq, flags: place.flags, internalDate: draft.internalDate,
            size: Int64(draft.bytes.count), blob: blob)
        queue.enter(LoggedArrival(
            account: place.account, mailbox: assignment.mailbox, message: message, keywords: place.keywords, structure: structure,
            deliveryID: draft.deliveryID, reservation: place.reservation, entered: position))
    }

    /// Entries whose mailbox stays held are given up after a while: the database does not answer.
    private func expireLater() {
        guard !isExpiring, let first = waiting.map(\.deadline).min() else { return }
        isExpiring = true
        EventLoopActor.task { [self] in
            await EventLoopActor.sleep(for: max(.milliseconds(10), first - .now))
            isExpiring = false
            let late = waiting.filter { $0.deadline <= .now }
            waiting.removeAll { $0.deadline <= .now }
            for entry in late { entry.answer.resume(returning: .failure(.unavailable(reason: "the database does not answer"))) }
            expireLater()
        }
    }
}
