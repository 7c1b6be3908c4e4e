import BlobStore
import Dispatch
import Glibc

/// A segment that anything may have happened to: a scan tells of every octet of it, and what it calls whole can be read.
///
/// The store is used by its public face, so each input becomes a file in memory (`/dev/shm`).
enum BlobSegments {
    static func check(_ input: [UInt8]) throws {
        let found = try scan(input)
        var offset: Int64 = 0
        for record in found {
            try promiseEqual(record.reference.offset, offset, "where a record begins")
            try promise(record.reference.length > 0, "a record without octets")
            offset += record.reference.length
        }
        try promiseEqual(offset, Int64(input.count), "octets that the scan tells of")
    }

    /// The input as the description and the message of a record whose checksums are right, between two that nothing is wrong with.
    static func checkDescription(_ input: [UInt8]) throws {
        let split = min(input.count, Int(input.first ?? 0))
        let description = Array(input.dropFirst().prefix(split)), stored = Array(input.dropFirst(1 + description.count))
        for isCompressed in [false, true] {
            let whole = record(Array(repeating: 0, count: 8), stored: [], isCompressed: false, messageLength: 0)
            let middle = record(description, stored: stored, isCompressed: isCompressed, messageLength: isCompressed ? 100 : stored.count)
            let found = try scan(whole + middle + whole)
            try promiseEqual(found.map(\.reference.length), [whole, middle, whole].map { Int64($0.count) }, "the records' lengths")
            try promise(found.first?.description != nil && found.last?.description != nil, "a record beside it is lost")
        }
    }

    private static func record(_ description: [UInt8], stored: [UInt8], isCompressed: Bool, messageLength: Int) -> [UInt8] {
        func octets(_ number: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
        let head =
            Array("CBLB".utf8) + [1, isCompressed ? 1 : 0, 0, 0] + octets(description.count) + octets(stored.count) + octets(messageLength)
            + octets(Int(crc32c(description + stored))) + octets(0)
        return head + octets(Int(crc32c(head))) + description + stored
    }

    /// Bit by bit, as RFC 3385 defines it.
    static func crc32c(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var crc: UInt32 = .max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0x82F6_3B78 : crc >> 1 }
        }
        return ~crc
    }

    private static func scan(_ segment: [UInt8]) throws -> [ScannedRecord] {
        let directory = "/dev/shm/casella-fuzz-\(getpid())", file = "\(directory)/0000000001.segment"
        mkdir(directory, 0o700)
        defer {
            unlink(file)
            rmdir(directory)
        }
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0, write(descriptor, segment, segment.count) == segment.count, close(descriptor) == 0 else {
            throw BrokenPromise(description: "no room in /dev/shm")
        }
        return try waiting {
            let store = MessageBlobs(directory: directory)
            let found = try await store.scan(segment: 1)
            for record in found {
                // What is whole can be read, and what is damaged is refused; nothing traps.
                let read = try? await store.record(record.reference)
                try promise(read == nil || read?.description == record.description, "a record and its scan differ")
            }
            await store.close()
            return found
        }
    }

    /// libFuzzer's entry is not asynchronous: waits for the result on the calling thread.
    private static func waiting<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
        let done = DispatchSemaphore(value: 0)
        let box = ResultBox<Value>()
        Task.detached {
            do { box.result = .success(try await body()) } catch { box.result = .failure(error) }
            done.signal()
        }
        done.wait()
        guard let result = box.result else { throw BrokenPromise(description: "no result") }
        return try result.get()
    }

    /// `@unchecked Sendable`: the task writes before it signals, and the caller reads after it waited.
    private final class ResultBox<Value>: @unchecked Sendable {
        var result: Result<Value, any Error>?
    }
}
