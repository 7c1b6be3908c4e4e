import BlobStore
import Glibc
import Testing

@Suite("Packing") struct PackingTests {
    let folder = TemporaryFolder()

    @Test("Packed records are read like all others, are no part of the log, and outlive their first segment") func pack() async throws {
        let blobs = MessageBlobs(directory: folder.path, segmentSize: 4_000)
        var references: [BlobReference] = []
        for size in 1...30 { references += try await blobs.append([record(message(size * 30, noise: true), keywords: ["k\(size)"])]) }
        let log = try await blobs.segments()
        let wanted = references.enumerated().filter { $0.offset % 3 == 0 }.map(\.element)
        let places = try await blobs.pack(wanted).map { try $0.get() }
        #expect(places.map(\.length) == wanted.map(\.length))
        #expect(places.allSatisfy { $0.segment == -1 })
        for segment in log.dropLast() { try await blobs.remove(segment: segment) }
        #expect(try await blobs.segments() == log.suffix(1))
        for (number, place) in places.enumerated() {
            let size = number * 3 + 1
            #expect(try await blobs.read(place) == message(size * 30, noise: true))
            #expect(try await blobs.record(place).description == record([], keywords: ["k\(size)"]).description)
        }
        await #expect(throws: BlobError.noSuchSegment(1)) { try await blobs.read(references[0]) }
        await blobs.close()
        // Packed once more, by the next process, together with what was not.
        let next = MessageBlobs(directory: folder.path, segmentSize: 4_000)
        let again = try await next.pack(places + [references[29]]).map { try $0.get() }
        #expect(again.allSatisfy { $0.segment == -2 })
        try await next.remove(segment: -1)
        #expect(try await next.read(again[10]) == message(900, noise: true))
        #expect(try await next.sizes().keys.sorted() == [-2] + log.suffix(1))
        #expect(try await next.append([record(message(5))])[0].segment >= log[log.count - 1])
        await next.close()
        unlink("\(folder.path)/0000000002.packed")
    }

    @Test("A damaged record stays behind, named, and costs no other one; nothing readable leaves no file") func damaged() async throws {
        let blobs = MessageBlobs(directory: folder.path)
        let references = try await blobs.append([record(message(300)), record(message(600, noise: true)), record(message(50))])
        var octets = folder.contents(of: 1)
        octets[Int(references[1].offset) + 200] ^= 1
        folder.replace(1, with: octets)
        let missing = BlobReference(segment: 7, offset: 0, length: 100)
        let places = try await blobs.pack(references + [missing])
        #expect(try await blobs.read(try places[0].get()) == message(300))
        #expect(places[1] == .failure(.damaged(references[1], reason: "wrong checksum")))
        #expect(try await blobs.read(try places[2].get()) == message(50))
        #expect(throws: BlobError.self) { try places[3].get() }
        _ = try await blobs.pack([references[1]])
        #expect(try await blobs.sizes().keys.sorted() == [-1, 1])
        // A number that was given is not given again, also when its file is gone.
        try await blobs.remove(segment: -1)
        #expect(try await blobs.pack([references[0]])[0].get().segment == -3)
        try await blobs.remove(segment: -3)
        await blobs.close()
        await #expect(throws: BlobError.closed) { try await blobs.pack([references[0]]) }
    }

    @Test("The next record begins a new segment when that was asked for, also behind one of an earlier process") func beginning() async throws {
        let blobs = MessageBlobs(directory: folder.path)
        #expect(try await blobs.append([record(message(10))])[0].segment == 1)
        try await blobs.beginSegment()
        try await blobs.beginSegment()
        #expect(try await blobs.append([record(message(10))])[0].start == LogPosition(segment: 2, offset: 0))
        await blobs.close()
        let next = MessageBlobs(directory: folder.path)
        try await next.takeOver(behind: LogPosition(segment: 2, offset: 1))
        try await next.beginSegment()
        try await next.remove(segment: 2)
        #expect(try await next.append([record(message(10))])[0].start == LogPosition(segment: 3, offset: 0))
        await next.close()
    }

    @Test("The last look is kept") func look() async throws {
        let blobs = MessageBlobs(directory: folder.path)
        #expect(await blobs.lastLook() == nil)
        try await blobs.noteLook(at: 1_790_000_000)
        #expect(await blobs.lastLook() == 1_790_000_000)
        await blobs.close()
        unlink("\(folder.path)/looked-through")
    }
}
