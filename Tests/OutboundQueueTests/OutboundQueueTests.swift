import Foundation
import OutboundQueue
import Postgres
import Testing
import TestSupport

/// The queue under the relay's own role, on a real PostgreSQL with the real schema.
@Suite("The outbound queue", .serialized) struct OutboundQueueTests {
    static let now: Int64 = 1_000_000_000_000_000

    static func withQueue(_ body: (OutboundQueue, PostgresPool, String) async throws -> Void) async throws {
        let cluster = try await TemporaryPostgres.shared()
        let database = try await cluster.createDatabase()
        try await cluster.apply(migrationsIn: TemporaryPostgres.migrationsDirectory, to: database)
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("queue-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let queue = OutboundQueue(
            pool: PostgresPool(cluster.configuration(database: database, user: "casella_relay"), maximumConnections: 4),
            blobDirectory: directory + "/blobs", segmentSize: 4096)
        let administrator = PostgresPool(cluster.configuration(database: database), maximumConnections: 1)
        try await body(queue, administrator, directory + "/blobs")
        await queue.close()
        await administrator.close()
    }

    static func message(_ id: String, from sender: String = "ann@a.example", to recipients: [String], size: Int = 100) -> NewMessage {
        NewMessage(
            tenant: 7, deliveryID: id, reversePath: sender,
            recipients: recipients.map { NewMessage.Recipient(address: $0, notify: "FAILURE", originalRecipient: "rfc822;\($0)") },
            ret: "HDRS", envelopeID: "QQ", receivedAt: now, expiresAt: now + 1_000_000, bytes: Array(repeating: 120, count: size),
            submitter: 9)
    }

    static func due(_ queue: OutboundQueue, at time: Int64 = now, taken: [RecipientKey] = [], except: [String] = []) async throws
        -> [DueMessage]
    {
        try await queue.due(at: time, taken: taken, exceptDomains: except, limit: 100)
    }

    @Test("What was queued is due at once, with all that came with it") func enqueue() async throws {
        try await Self.withQueue { queue, _, _ in
            let queued = try await queue.enqueue(Self.message("d1", to: ["b@b.example", "c@C.example"]))
            let due = try await Self.due(queue)
            #expect(due.count == 1 && due.first == queued && due.first?.message.tenant == 7)
            #expect(due.first?.recipients.map(\.address) == ["b@b.example", "c@C.example"])
            #expect(due.first?.recipients.map(\.domain) == ["b.example", "c.example"])
            #expect(due.first?.recipients.first?.notify == "FAILURE" && due.first?.message.envelopeID == "QQ")
            #expect(due.first?.message.submitter == 9)
            let bytes = try await queue.bytes(of: #require(due.first).message)
            #expect(bytes == Array(repeating: 120, count: 100))
            #expect(try await Self.due(queue, at: Self.now - 1).isEmpty)
            #expect(try await queue.nextDue(after: Self.now - 1) == Self.now)
        }
    }

    @Test("A repeated delivery id queues only recipients that it did not bring before") func idempotence() async throws {
        try await Self.withQueue { queue, _, _ in
            #expect(try await queue.enqueue(Self.message("d1", to: ["b@b.example"])) != nil)
            #expect(try await queue.enqueue(Self.message("d1", to: ["b@b.example"])) == nil)
            let more = try #require(try await queue.enqueue(Self.message("d1", to: ["b@b.example", "c@c.example"])))
            #expect(more.recipients.map(\.address) == ["c@c.example"] && more.recipients.map(\.id) == [2])
            #expect(try await Self.due(queue).contains(more))
            #expect(try await Self.due(queue).flatMap(\.recipients).map(\.address) == ["b@b.example", "c@c.example"])
            async let one = queue.enqueue(Self.message("d2", to: ["x@x.example"]))
            async let two = queue.enqueue(Self.message("d2", to: ["x@x.example"]))
            let both = try await [one, two]
            #expect(both.compactMap { $0 }.count == 1)
        }
    }

    @Test("Messages that come at once are queued each, and one that PostgreSQL refuses spoils none of the others")
    func group() async throws {
        try await Self.withQueue { queue, _, _ in
            let outcomes = await withTaskGroup(of: (Int, DueMessage?).self) { group in
                for number in 0..<60 {
                    group.addTask {
                        let sender = number % 20 == 7 ? "a\0b@a.example" : "ann@a.example"
                        let message = Self.message("d\(number / 2)", from: sender, to: ["x\(number)@x.example"])
                        return (number, try? await queue.enqueue(message))
                    }
                }
                return await group.reduce(into: [Int: DueMessage]()) { $0[$1.0] = $1.1 }
            }
            #expect(Set(outcomes.keys) == Set((0..<60).filter { $0 % 20 != 7 }))
            for (number, queued) in outcomes { #expect(queued.recipients.map(\.address) == ["x\(number)@x.example"]) }
            let due = Set(try await Self.due(queue).flatMap(\.keys))
            #expect(due == Set(outcomes.values.flatMap(\.keys)))
        }
    }

    @Test("Recipients in hand and crowded domains are left out") func exclusions() async throws {
        try await Self.withQueue { queue, _, _ in
            let id = try #require(try await queue.enqueue(Self.message("d1", to: ["b@b.example", "c@c.example"]))).message.queueID
            let taken = [RecipientKey(queueID: id, recipient: 1)]
            #expect(try await Self.due(queue, taken: taken).flatMap(\.recipients).map(\.id) == [2])
            #expect(try await Self.due(queue, except: ["c.example"]).flatMap(\.recipients).map(\.id) == [1])
        }
    }

    @Test("A message leaves the queue when all its recipients are settled, and its notice comes in") func settle() async throws {
        try await Self.withQueue { queue, administrator, _ in
            _ = try await queue.enqueue(Self.message("d1", to: ["b@b.example", "c@c.example"]))
            let message = try #require(try await Self.due(queue).first).message
            let later = Self.now + 60_000_000
            try await queue.record([RecipientOutcome(recipient: 1, state: .waiting(until: later), reply: "450 later\0")], of: message)
            #expect(try await Self.due(queue).flatMap(\.recipients).map(\.id) == [2])
            #expect(try await Self.due(queue, at: later).flatMap(\.recipients).map(\.attempts) == [0, 1])
            let notice = Self.message("n1", from: "", to: ["ann@a.example"])
            for _ in 0..<2 {  // the second time as if the answer had been lost
                try await queue.record([RecipientOutcome(recipient: 2, state: .failed, reply: "550 no")], of: message, notices: [notice])
            }
            #expect(try await Self.due(queue).map(\.message.reversePath) == [""])
            try await queue.record([RecipientOutcome(recipient: 1, state: .delivered, reply: "250 ok")], of: message)
            let left = try await administrator.query("SELECT count(*) FROM queue_messages")
            #expect(try left.rows.first?.int8(0) == 1)
        }
    }

    @Test("Two attempts that end together remove the message") func settleTogether() async throws {
        try await Self.withQueue { queue, administrator, _ in
            for round in 0..<10 {
                _ = try await queue.enqueue(Self.message("r\(round)", to: ["b@b.example", "c@c.example"]))
                let message = try #require(try await Self.due(queue).first).message
                async let one: Void = queue.record([RecipientOutcome(recipient: 1, state: .delivered, reply: "250")], of: message)
                async let two: Void = queue.record([RecipientOutcome(recipient: 2, state: .delivered, reply: "250")], of: message)
                _ = try await (one, two)
            }
            let left = try await administrator.query("SELECT count(*) FROM queue_messages")
            #expect(try left.rows.first?.int8(0) == 0)
        }
    }

    @Test("A message that an operator deleted meanwhile makes no notice") func deleted() async throws {
        try await Self.withQueue { queue, _, _ in
            let id = try #require(try await queue.enqueue(Self.message("d1", to: ["b@b.example"]))).message.queueID
            let message = try #require(try await Self.due(queue).first).message
            #expect(try await queue.delete([id]) == 1)
            try await queue.record(
                [RecipientOutcome(recipient: 1, state: .failed, reply: "550")], of: message,
                notices: [Self.message("n1", from: "", to: ["ann@a.example"])])
            #expect(try await Self.due(queue).isEmpty)
        }
    }

    @Test("Operators hold, release, retry and delete; an empty list means all") func commands() async throws {
        try await Self.withQueue { queue, _, _ in
            let first = try #require(try await queue.enqueue(Self.message("d1", to: ["b@b.example"]))).message.queueID
            _ = try await queue.enqueue(Self.message("d2", to: ["b@b.example", "c@c.example"]))
            #expect(try await queue.setHeld(true, [first]) == 1)
            #expect(try await queue.setHeld(true, [first]) == 0)
            #expect(try await Self.due(queue).count == 1)
            #expect(try await queue.setHeld(false, []) == 1)
            #expect(try await Self.due(queue).count == 2)
            #expect(try await queue.retry([], at: Self.now + 5) == 2)
            #expect(try await Self.due(queue).isEmpty)
            #expect(try await queue.delete([]) == 2)
        }
    }

    @Test("Segments go when their messages are gone; the newest stays") func segments() async throws {
        try await Self.withQueue { queue, _, directory in
            for index in 0..<6 {
                var message = Self.message("d\(index)", to: ["b@b.example"])
                message.bytes = (0..<4096).map { _ in UInt8.random(in: 0...255) }  // nothing to compress
                _ = try await queue.enqueue(message)
            }
            func files() -> Int {
                (try? FileManager.default.contentsOfDirectory(atPath: directory).count { $0.hasSuffix(".segment") }) ?? 0
            }
            let before = files()
            #expect(try await queue.removeUnusedSegments() == 0)
            let messages = try await Self.due(queue).map(\.message)
            #expect(try await queue.delete(messages.dropLast().map(\.queueID)) == 5)
            #expect(try await queue.removeUnusedSegments() > 0)
            #expect(files() < before && files() >= 1)
            #expect(try await queue.bytes(of: #require(messages.last)).count == 4096)
        }
    }
}
