import BlobStore
import Testing

@Suite struct DamageTests {
    let folder = TemporaryFolder()

    @Test("A tail torn at any octet of the last record costs that record only, and is never overwritten")
    func tornTail() async throws {
        let blobs = MessageBlobs(directory: folder.path)
        let references = try await blobs.append([record(message(40)), record(message(60))])
        await blobs.close()
        let whole = folder.contents(of: 1)
        for cut in Int(references[1].offset) + 1..<whole.count {
            folder.replace(1, with: Array(whole[..<cut]))
            let reopened = MessageBlobs(directory: folder.path)
            #expect(try await reopened.read(references[0]) == message(40))
            await #expect(throws: BlobError.self) { try await reopened.read(references[1]) }
            let next = try await reopened.append([record(message(80))])
            #expect(next[0].segment > 1)
            #expect(try await reopened.read(next[0]) == message(80))
            #expect(folder.contents(of: 1) == Array(whole[..<cut]))
            await reopened.close()
        }
    }

    @Test("A flipped octet anywhere in a record is reported with its place") func flippedOctets() async throws {
        let blobs = MessageBlobs(directory: folder.path)
        let references = try await blobs.append([record(message(30)), record(message(600)), record(message(50))])
        await blobs.close()
        let whole = folder.contents(of: 1)
        for place in Int(references[1].offset)..<Int(references[2].offset) {
            var damaged = whole
            damaged[place] ^= 0x10
            folder.replace(1, with: damaged)
            let reopened = MessageBlobs(directory: folder.path)
            do {
                _ = try await reopened.read(references[1])
                Issue.record("octet \(place) was flipped and nobody noticed")
            } catch {
                guard case .damaged(references[1], _) = error else { Issue.record("\(error)"); return }
            }
            let scanned = try await reopened.scan(segment: 1)
            #expect(scanned.first?.reference == references[0])
            #expect(scanned.last?.reference == references[2])
            #expect(scanned.contains { $0.description == nil })
            #expect(try await reopened.read(references[2]) == message(50))
            await reopened.close()
        }
    }

    @Test("A record whose message is damaged or cut off still tells whose it was, and nothing is made of a damaged description")
    func remains() async throws {
        let blobs = MessageBlobs(directory: folder.path)
        let written = record(message(600), keywords: ["k"])
        let reference = try #require(try await blobs.append([written]).first)
        await blobs.close()
        let whole = folder.contents(of: 1)
        func scanned(_ octets: [UInt8]) async throws -> ScannedRecord? {
            folder.replace(1, with: octets)
            let reopened = MessageBlobs(directory: folder.path)
            let found = try await reopened.scan(segment: 1)
            await reopened.close()
            #expect(found.count == 1 && found.first?.reference.offset == 0)
            return found.first
        }
        let intact = try await scanned(whole)
        #expect(intact?.description == written.description && intact?.remains == nil)
        var told = 0
        for place in 0..<Int(reference.length) {
            var flipped = whole
            flipped[place] ^= 0x10
            for damaged in [flipped, Array(whole[...place].dropLast())] where !damaged.isEmpty {
                let found = try await scanned(damaged)
                #expect(found?.description == nil)
                #expect(found?.remains == nil || found?.remains == written.description)
                if found?.remains != nil { told += 1 }
            }
        }
        // Every octet of the message as it is stored, flipped, and the record cut before it.
        let described = 32 + Int(whole[8])
        #expect(told == 2 * (whole.count - described))
    }

    @Test("A scan finds every record with its description") func scan() async throws {
        let blobs = MessageBlobs(directory: folder.path)
        let records = (1...20).map { record(message($0 * 100), keywords: ["k\($0)"]) }
        let references = try await blobs.append(records)
        let scanned = try await blobs.scan(segment: 1)
        #expect(scanned.map(\.reference) == references)
        #expect(scanned.map(\.description) == records.map(\.description))
        #expect(scanned.map(\.messageLength) == records.map(\.bytes.count))
        await #expect(throws: BlobError.noSuchSegment(2)) { try await blobs.scan(segment: 2) }
        await blobs.close()
    }

    @Test("A reference that points nowhere is an error") func wrongReferences() async throws {
        let blobs = MessageBlobs(directory: folder.path)
        let reference = try #require(try await blobs.append([record(message(600))]).first)
        let wrong = [
            BlobReference(segment: 1, offset: 1, length: reference.length),
            BlobReference(segment: 1, offset: 0, length: reference.length - 1),
            BlobReference(segment: 1, offset: 0, length: reference.length + 1),
            BlobReference(segment: 9, offset: 0, length: reference.length),
            BlobReference(segment: 1, offset: -5, length: reference.length), BlobReference(segment: 1, offset: 0, length: -1),
            BlobReference(segment: 1, offset: 1 << 50, length: 40),
        ]
        for reference in wrong { await #expect(throws: BlobError.self) { try await blobs.read(reference) } }
        await blobs.close()
    }
}
