import AdminAPI
import Cryptography
import Dispatch
import Glibc
import Postgres
import Runtime

/// What administrators did, in a table that is only added to.
///
/// A call that changes something has two events: one before, that it begins, and one afterwards, which refers to the first and tells what
/// came of it. So nothing is changed of which the log knows nothing, whenever the process ends.
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
        var answer: CheckedContinuation<Int64?, Never>
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
    private var waitingForFile: [(number: Int64, answer: CheckedContinuation<Int64?, Never>)] = []
    private var isKeeping = false
    /// The last transaction failed, and may have been committed all the same.
    private var isInDoubt = false

    private static let patience = [Duration.milliseconds(100), .seconds(1)]

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
    }

    /// Returns when the event is durable. Should the database fail for long, the event is in the journal instead.
    func append(_ entry: Entry) async {
        _ = await place(entry)
        if let begun = entry.begun { running.remove(begun) }
    }

    /// Tells that a call begins; whoever does gives the number to the event that tells of its end. Returns when that is durable.
    /// - Returns: nil when the database fails for long.
    func begin(_ entry: Entry) async -> Int64? {
        var entry = entry
        entry.result = Entry.begins
        let number = await place(entry)
        if let number { running.insert(number) }
        return number
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

    /// Those who wait at the same time share one transaction.
    private func write() async {
        while !waiting.isEmpty {
            let batch = waiting
            waiting = []
            guard let first = await write(batch.map(\.entry)) else {
                for one in batch { one.answer.resume(returning: nil) }
                continue
            }
            for (number, one) in zip(first..., batch) {
                if one.isForFile { waitingForFile.append((number, one.answer)) } else { one.answer.resume(returning: number) }
            }
            if !isKeeping {
                isKeeping = true
                EventLoopActor.task { await self.keepHeads() }
            }
        }
        isWriting = false
    }

    /// - Returns: the first one's number; nil when they are in the journal instead.
    private func write(_ entries: [Entry]) async -> Int64? {
        var problem = ""
        do {
            if isInDoubt { try await takeUpWhatWasCommitted() }
            let (insertions, newest) = try chained(entries)
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
    }

    /// The newest at a time, while further events are written.
    private func keepHeads() async {
        var kept = AuditHead.none
        while kept != head {
            kept = head
            await keep(kept)
            let told = waitingForFile.prefix { $0.number <= kept.sequence }
            waitingForFile.removeFirst(told.count)
            for one in told { one.answer.resume(returning: one.number) }
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
    func verify() async throws -> AuditVerification {
        var previous = AuditHead.none
        var count: Int64 = 0
        var problems: [String] = []
        let known = head
        while true {
            let page = try await database.query(
                "\(SealedEvent.selection) WHERE sequence > $1 AND sequence <= $2 ORDER BY sequence LIMIT 5000",
                [.int8(previous.sequence), .int8(known.sequence)])
            guard !page.isEmpty else { break }
            for row in page.rows {
                let event = try SealedEvent(row)
                count += 1
                if event.sequence != previous.sequence + 1 {
                    problems.append(Self.missing(previous.sequence + 1, event.sequence - 1))
                } else if try event.expectedSeal(after: previous.seal, key: key) != event.seal {
                    problems.append("Event \(event.sequence) is not as it was written.")
                }
                previous = AuditHead(sequence: event.sequence, seal: event.seal)
                guard problems.count < 100 else {
                    return AuditVerification(events: count, problems: problems + ["There is more; the search was ended here."])
                }
            }
        }
        if previous.sequence < known.sequence {
            problems.append(Self.missing(previous.sequence + 1, known.sequence))
        } else if previous != known {
            problems.append("Event \(previous.sequence) is not the one that was written last.")
        }
        return AuditVerification(events: count, problems: problems)
    }

    private static func missing(_ first: Int64, _ last: Int64) -> String {
        first == last ? "Event \(first) is missing." : "Events \(first) to \(last) are missing."
    }
}
