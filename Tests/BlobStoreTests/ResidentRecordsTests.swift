@testable import BlobStore
import Glibc
import Testing

@Suite("Records in memory") struct ResidentRecordsTests {
    let folder = TemporaryFolder()

    private func records(_ descriptorLimit: Int = 2) -> ResidentRecords {
        ResidentRecords(directory: SegmentDirectory(path: folder.path), descriptorLimit: descriptorLimit)
    }

    @Test("What was just written is there, from more segments than are kept open") func present() async throws {
        let blobs = MessageBlobs(directory: folder.path, segmentSize: 2_000)
        var references: [BlobReference] = []
        for seed in 1...12 as ClosedRange<UInt64> {
            references += try await blobs.append([record(message(900, seed: seed, noise: seed % 2 == 0))])
        }
        #expect(Set(references.map(\.segment)).count > 3)
        let resident = records()
        for _ in 0..<2 {
            for (reference, seed) in zip(references, 1...12 as ClosedRange<UInt64>) {
                #expect(resident.message(reference) == message(900, seed: seed, noise: seed % 2 == 0))
            }
        }
        #expect(resident.messages(references)?.count == 12)
        resident.close()
        #expect(resident.message(references[0]) == nil)
        await blobs.close()
    }

    @Test("Large, damaged, missing and impossible records are left to the reader") func left() async throws {
        let blobs = MessageBlobs(directory: folder.path)
        // The second is small on disk, and large when it is restored.
        let references = try await blobs.append([
            record(message(20_000, noise: true)), record(message(100_000)), record(message(600, noise: true)), record(message(50)),
        ])
        await blobs.close()
        var octets = folder.contents(of: 1)
        octets[Int(references[2].offset) + 200] ^= 1
        folder.replace(1, with: octets)
        let resident = records()
        for reference in references.prefix(3) { #expect(resident.message(reference) == nil) }
        #expect(resident.message(references[3]) == message(50))
        #expect(resident.messages([references[3], references[2]]) == nil)
        let last = references[3]
        for wrong in [
            BlobReference(segment: 9, offset: 0, length: 100), BlobReference(segment: 1, offset: -1, length: last.length),
            BlobReference(segment: 1, offset: last.offset, length: 3), BlobReference(segment: 1, offset: last.offset, length: last.length + 9),
            BlobReference(segment: 1, offset: .max, length: 100), BlobReference(segment: 1, offset: last.offset, length: .min),
        ] { #expect(resident.message(wrong) == nil) }
        resident.close()
    }

    @Test("A segment that is removed is not kept open") func removed() async throws {
        let blobs = MessageBlobs(directory: folder.path)
        let reference = try #require(try await blobs.append([record(message(300))]).first)
        #expect(try await blobs.read(reference) == message(300))
        try await blobs.beginSegment()
        try await blobs.remove(segment: 1)
        await #expect(throws: BlobError.noSuchSegment(1)) { try await blobs.read(reference) }
        await blobs.close()
    }
}
