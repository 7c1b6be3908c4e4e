import BlobStore
import Testing

/// A message of `size` octets: text that compresses, or noise that does not.
func message(_ size: Int, seed: UInt64 = 1, noise: Bool = false) -> [UInt8] {
    var state = seed | 1
    return (0..<size).map { index in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return noise ? UInt8(truncatingIfNeeded: state >> 33) : UInt8(97 + (index + Int(seed % 26)) % 26)
    }
}

func record(_ bytes: [UInt8], keywords: [String] = []) -> BlobRecord {
    BlobRecord(
        description: BlobDescription(
            tenant: 7, deliveryID: [1, 2, 3], places: [
                .init(user: 5, mailbox: 9, uid: 3, modSeq: 1 << 40, flags: 9, keywords: keywords),
                .init(user: 6, mailbox: 10, uid: 1, modSeq: 1),
            ], internalDate: 1_700_000_000, reversePath: "jörg@a.example", following: 2),
        bytes: bytes)
}

@Suite struct MessageBlobsTests {
    let folder = TemporaryFolder()

    @Test("A message comes back byte for byte with its description", arguments: [0, 1, 511, 512, 10_000, 1_000_000], [false, true])
    func roundTrip(size: Int, noise: Bool) async throws {
        let blobs = MessageBlobs(directory: folder.path)
        let stored = record(message(size, noise: noise), keywords: ["$Junk", "späm"])
        let reference = try #require(try await blobs.append([stored]).first)
        #expect(try await blobs.read(reference) == stored.bytes)
        #expect(try await blobs.record(reference) == stored)
        await blobs.close()
    }

    @Test("Text is stored compressed, noise as it is") func compression() async throws {
        let blobs = MessageBlobs(directory: folder.path)
        let references = try await blobs.append([record(message(20_000)), record(message(20_000, noise: true))])
        #expect(references[0].length < 2_000)
        #expect(references[1].length > 20_000)
        await blobs.close()
    }

    @Test("A range is cut to the message's end") func ranges() async throws {
        let blobs = MessageBlobs(directory: folder.path)
        let bytes = message(3_000)
        let reference = try #require(try await blobs.append([record(bytes)]).first)
        #expect(try await blobs.read(reference, range: 10..<20) == Array(bytes[10..<20]))
        #expect(try await blobs.read(reference, range: 2_990..<9_000) == Array(bytes[2_990...]))
        #expect(try await blobs.read(reference, range: 5_000..<9_000) == [])
        await blobs.close()
    }

    @Test("Appends at the same time are all kept, and share segments") func concurrency() async throws {
        let blobs = MessageBlobs(directory: folder.path)
        let references = try await withThrowingTaskGroup(of: (UInt64, BlobReference?).self) { group in
            for seed in 1...200 as ClosedRange<UInt64> {
                group.addTask { (seed, try await blobs.append([record(message(700, seed: seed, noise: true))]).first) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(Set(references.values).count == 200)
        for (seed, reference) in references { #expect(try await blobs.read(reference) == message(700, seed: seed, noise: true)) }
        #expect(folder.names.count == 1)
        await blobs.close()
    }

    @Test("A full segment is followed by the next, and old ones stay readable with few descriptors") func roll() async throws {
        let blobs = MessageBlobs(directory: folder.path, segmentSize: 10_000, readDescriptors: 2)
        var references: [BlobReference] = []
        for seed in 1...30 as ClosedRange<UInt64> {
            references += try await blobs.append([record(message(3_000, seed: seed, noise: true))])
        }
        #expect(folder.names.count == 10)
        #expect(try await blobs.segments() == Array(1...10))
        for (index, reference) in references.enumerated() {
            #expect(try await blobs.read(reference) == message(3_000, seed: UInt64(index + 1), noise: true))
        }
        let large = try #require(try await blobs.append([record(message(50_000, noise: true))]).first)
        #expect(try await blobs.read(large).count == 50_000)
        await blobs.close()
    }

    @Test("A store that is opened again goes on in its last segment") func reopening() async throws {
        let first = MessageBlobs(directory: folder.path)
        let old = try #require(try await first.append([record(message(900))]).first)
        await first.close()
        let second = MessageBlobs(directory: folder.path)
        let new = try #require(try await second.append([record(message(901))]).first)
        #expect(new.segment == old.segment)
        #expect(new.offset == old.length)
        #expect(try await second.read(old) == message(900))
        await second.close()
    }

    @Test("Two stores on one folder never write the same segment") func twoWriters() async throws {
        let first = MessageBlobs(directory: folder.path), second = MessageBlobs(directory: folder.path)
        let one = try await first.append([record(message(600))])
        let two = try await second.append([record(message(601))])
        let three = try await first.append([record(message(602))])
        #expect(one[0].segment == three[0].segment)
        #expect(one[0].segment != two[0].segment)
        for (reference, size) in [(one[0], 600), (two[0], 601), (three[0], 602)] {
            #expect(try await second.read(reference) == message(size))
        }
        await first.close()
        await second.close()
    }

    @Test("One process takes a store over, and goes on behind what it knows") func takingOver() async throws {
        let first = MessageBlobs(directory: folder.path), second = MessageBlobs(directory: folder.path)
        try await first.takeOver(behind: .start)
        await #expect(throws: BlobError.inUse) { try await second.takeOver(behind: .start) }
        let reference = try #require(try await first.append([record(message(900))]).first)
        await first.close()
        try await second.takeOver(behind: LogPosition(segment: reference.segment, offset: reference.length + 1))
        let next = try #require(try await second.append([record(message(901))]).first)
        #expect(next.end > LogPosition(segment: reference.segment, offset: reference.length + 1))
        #expect(try await second.scan(segment: reference.segment, from: reference.length) == [])
        #expect(try await second.scan(segment: next.segment).map(\.reference) == [next])
        await second.close()
    }

    @Test("A closed store refuses") func closed() async throws {
        let blobs = MessageBlobs(directory: folder.path)
        let reference = try #require(try await blobs.append([record(message(10))]).first)
        await blobs.close()
        await #expect(throws: BlobError.closed) { try await blobs.append([record([])]) }
        await #expect(throws: BlobError.closed) { try await blobs.read(reference) }
    }

    @Test("A folder that cannot be made is an error, and the next append tries again") func noFolder() async throws {
        let blobs = MessageBlobs(directory: "\(folder.path)/missing/blobs")
        await #expect(throws: BlobError.self) { try await blobs.append([record([1])]) }
        await blobs.close()
    }
}
