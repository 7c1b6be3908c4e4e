import AdminAPI
import Cryptography
import Dispatch
import Glibc
import Postgres
import Runtime

/// What administrators did, in a table that is only added to.
///
/// A call that changes something has two events: one before, that it begins, and one afterwards, which refers to the first and tells what
/// came of it. So nothing is changed of which the log knows nothing, whenever the process ends. Of a call that has no second one, since the
/// process ended or the database did not answer, the second is written at the next start, or once the database answers: it tells what is
/// known, and no call has two.
///
/// Each event carries a seal: HMAC-SHA-256 over the event and the seal before it, with a key that the database does not hold. The newest
/// seal also lies in a file beside the database. So nobody who can write to the database changes, inserts or removes an event,
/// the newest included, without `audit verify` finding it.
@EventLoopActor
final class AuditLog {
    /// An event before it has its place.
    struct Entry: Sendable {
        var caller: String
        /// nil for who is not logged in yet.
        var role: Role?
        var origin: String
        var command: String
        var target: String
        var tenant: String?
        var changes = ""
        var result: String
        /// The event that told that the call began.
        var begun: Int64?
        /// Names the call in the log; not kept in the table.
        var trace = ""
        /// The call goes on where it cannot be written that it begins. Not kept in the table either.
        var goesOn = false
        /// Calls that it stands for. Not kept in the table; the target tells.
        var times = 1

        /// The result of an event that tells that a call begins.
        static let begins = "begun"

        /// Without NULs, which PostgreSQL's text cannot hold: an event that cannot be written takes those of others with it.
        var storable: Entry {
            var entry = self
            for text in [\Entry.caller, \.origin, \.command, \.target, \.changes, \.result] {
                entry[keyPath: text] = entry[keyPath: text].replacing("\0", with: "\u{FFFD}")
            }
            return entry
        }
    }
    private struct Waiting {
        var entry: Entry
        /// nil: nobody waits for it.
        var answer: CheckedContinuation<Int64?, Never>?
        /// What came of a change is told once the file has it too; the others are durable in the table, and the file follows.
        var isForFile: Bool { entry.begun != nil }
    }

    private let database: PostgresPool
    private let key: [UInt8]
    private let headFile: String
    private let journal: Journal
    private var head = AuditHead.none
    private var waiting: [Waiting] = []
    /// The first events of calls that are under way.
    private(set) var running: Set<Int64> = []
    private var isWriting = false
    private var waitingForFile: [(number: Int64, answer: CheckedContinuation<Int64?, Never>?)] = []
    private var isKeeping = false
    /// The last transaction failed, and may have been committed all the same.
    private var isInDoubt = false
    private var doubtful = DoubtfulEvents()
    /// By their traces: first events of calls that went on without knowing of them.
    private var begunUnheard: [String: Int64] = [:]
    private var isSettling = false
    var refused = RefusedCalls()
    /// The last event of earlier processes.
    private let inherited: Int64

    private static let patience = [Duration.milliseconds(100), .seconds(1)]
    private static let pauses = Duration.seconds(1)...Duration.seconds(60)

    /// Goes on behind the last event that there is.
    init(database: PostgresPool, key: [UInt8], headFile: String, journal: Journal) async throws {
        (self.database, self.key, self.headFile, self.journal) = (database, key, headFile, journal)
        let newest = try await database.query("SELECT sequence, seal FROM audit_log ORDER BY sequence DESC LIMIT 1")
        let stored = try newest.first.map { AuditHead(sequence: try $0.int8(0), seal: try $0.bytes(1)) } ?? .none
        let known = try AuditHead.read(headFile)
        if let known, known != stored {
            // The file is written after the rows, so one that is behind is a crash's doing.
            if known.sequence >= stored.sequence {
                journal.error(
                    "events are missing at the end of the audit log", ["known": "\(known.sequence)", "there": "\(stored.sequence)"])
            }
        }
        head = known.map { $0.sequence > stored.sequence ? $0 : stored } ?? stored
        inherited = stored.sequence
    }

    /// Returns when the event is durable. Should the database fail for long, the event is in the journal instead.
    func append(_ entry: Entry) async {
        _ = await place(entry)
        if let begun = entry.begun { running.remove(begun) }
    }

    /// Tells that a call begins; whoever does gives the number to the event that tells of its end. Returns when that is durable.
    /// - Returns: nil when the database fails for long: unless the call goes on all the same, it is refused, and the log tells that itself
    ///   once it can. Nobody else does then.
    func begin(_ entry: Entry) async -> Int64? {
        var entry = entry
        entry.result = Entry.begins
        let number = await place(entry)
        if let number { running.insert(number) }
        return number
    }

    /// Tells of each call in whose midst an earlier process ended what is known of it. Returns once that is done.
    func closeEarlier() async {
        var last: Int64 = 0
        while last < inherited {
            do {
                let end = min(last + Self.page, inherited)
                for event in try await withoutEnd(after: last, upTo: end) {
                    // What cannot be written now is owed, and nobody has to look for it again.
                    await append(event.entry.ended(AuditEvent.interrupted, begun: event.sequence))
                    last = event.sequence
                }
                last = end
            } catch {
                journal.warning("calls that were interrupted could not be looked for", ["error": "\(error)"])
                await EventLoopActor.sleep(for: Self.pauses.upperBound)
            }
        }
    }

    /// Events that are looked through at once, so that no statement takes long.
    private static let page: Int64 = 10_000

    /// Those of earlier processes' first events to which there is no second. `LIMIT 1` has the index asked, event by event.
    private func withoutEnd(after last: Int64, upTo end: Int64) async throws -> [SealedEvent] {
        try await database.query(
            """
            \(SealedEvent.selection) e LEFT JOIN LATERAL (
                SELECT 1 AS ended FROM audit_log o WHERE o.begun = e.sequence LIMIT 1) o ON true
            WHERE result = '\(Entry.begins)' AND sequence > $1 AND sequence <= $2 AND ended IS NULL ORDER BY sequence
            """, [.int8(last), .int8(end)]
        ).rows.map { try SealedEvent($0) }
    }

    /// - Returns: the event's number; nil when it is in the journal instead.
    private func place(_ entry: Entry) async -> Int64? {
        await withCheckedContinuation { continuation in
            waiting.append(Waiting(entry: entry.storable, answer: continuation))
            if !isWriting {
                isWriting = true
                EventLoopActor.task { await self.write() }
            }
        }
    }

    /// Asks until the database answers what it has of the events that nobody heard of, and writes what is owed.
    private func settle() async {
        var pause = Self.pauses.lowerBound
        while isInDoubt {
            await EventLoopActor.sleep(for: pause)
            pause = min(pause * 2, Self.pauses.upperBound)
            guard isInDoubt, !isWriting else { continue }  // who writes finds it out too
            isWriting = true
            try? await takeUpWhatWasCommitted()
            await write()
        }
        isSettling = false
    }

    /// Those who wait at the same time share one transaction.
    private func write() async {
        while !waiting.isEmpty {
            let batch = waiting
            waiting = []
            guard let first = await write(batch.map(\.entry)) else {
                for one in batch { one.answer?.resume(returning: nil) }
                continue
            }
            for (number, one) in zip(first..., batch) {
                if one.isForFile { waitingForFile.append((number, one.answer)) } else { one.answer?.resume(returning: number) }
            }
            if !isKeeping {
                isKeeping = true
                EventLoopActor.task { await self.keepHeads() }
            }
        }
        isWriting = false
    }

    /// - Returns: the first one's number; nil when they are in the journal instead.
    private func write(_ batch: [Entry]) async -> Int64? {
        var entries = batch, first: Int64?, problem = ""
        do {
            if isInDoubt { try await takeUpWhatWasCommitted() }
            entries = entries.map(knowingItsBeginning)
            let (insertions, newest) = try chained(entries)
            first = head.sequence + 1
            for pause in Self.patience + [.zero] {
                do {
                    _ = try await database.pipeline(insertions)
                    (head, isInDoubt) = (newest, false)
                    return head.sequence - Int64(entries.count) + 1
                } catch {
                    (problem, isInDoubt) = ("\(error)", true)
                    if pause > .zero { await EventLoopActor.sleep(for: pause) }
                }
            }
        } catch {
            problem = "\(error)"
        }
        doubtful.add(entries, first: first)
        if isInDoubt, !isSettling {
            isSettling = true
            EventLoopActor.task { await self.settle() }
        }
        for entry in entries {
            journal.error(
                "an administrative call could not be recorded in the audit log",
                [
                    "trace": entry.trace, "caller": entry.caller, "origin": entry.origin, "command": entry.command, "target": entry.target,
                    "changes": entry.changes, "result": entry.result, "error": problem,
                ])
        }
        return nil
    }

    /// A connection that broke behind the commit left events that we do not know to be there; they bear our seals, and no others do.
    private func takeUpWhatWasCommitted() async throws {
        let later = try await database.query("\(SealedEvent.selection) WHERE sequence > $1 ORDER BY sequence", [.int8(head.sequence)])
        for row in later.rows {
            let event = try SealedEvent(row)
            guard event.sequence == head.sequence + 1, try event.expectedSeal(after: head.seal, key: key) == event.seal else { break }
            head = AuditHead(sequence: event.sequence, seal: event.seal)
        }
        isInDoubt = false
        let outcome = doubtful.settle(upTo: head.sequence)
        waiting += outcome.owed.map { Waiting(entry: $0, answer: nil) }
        begunUnheard.merge(outcome.begun) { $1 }
        running.formUnion(outcome.begun.values)
    }

    private func knowingItsBeginning(_ entry: Entry) -> Entry {
        guard !entry.isBeginning, entry.begun == nil, let begun = begunUnheard.removeValue(forKey: entry.trace) else { return entry }
        running.remove(begun)
        return entry.ended(entry.result, begun: begun)
    }

    /// The newest at a time, while further events are written.
    private func keepHeads() async {
        var kept = AuditHead.none
        while kept != head {
            kept = head
            await keep(kept)
            let told = waitingForFile.prefix { $0.number <= kept.sequence }
            waitingForFile.removeFirst(told.count)
            for one in told { one.answer?.resume(returning: one.number) }
        }
        isKeeping = false
    }

    /// On a thread that may wait for the disk. A file that is behind is no harm: the next one is written over it.
    private func keep(_ head: AuditHead) async {
        let path = headFile
        let problem = await withCheckedContinuation { (answer: CheckedContinuation<(any Error)?, Never>) in
            DispatchQueue.global(qos: .utility).async {
                do {
                    try head.write(path)
                    answer.resume(returning: nil)
                } catch {
                    answer.resume(returning: error)
                }
            }
        }
        if let problem { journal.warning("the newest seal of the audit log could not be kept", ["error": "\(problem)"]) }
    }

    private func chained(_ entries: [Entry]) throws -> ([PostgresStatement], AuditHead) {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let now = Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
        var newest = head
        let insertions = try entries.map { entry in
            let event = try newest.following(entry, at: now, key: key)
            newest = AuditHead(sequence: event.sequence, seal: event.seal)
            return event.insertion
        }
        return (insertions, newest)
    }

    // MARK: Reading

    /// Compares every event with its seal, in order.
    func verify() async throws -> AuditVerification { try await AuditChain(database: database, key: key).verify(upTo: head) }
}
