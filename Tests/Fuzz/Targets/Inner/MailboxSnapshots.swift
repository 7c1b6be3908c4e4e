import Glibc
import MailStore

/// A mailbox's snapshot that anything may have happened to: it is refused, or read as what some mailbox held.
///
/// Each input is tried as it is, and with lengths and checksums that are right for it: else no other octet would matter.
enum MailboxSnapshots {
    static func check(_ input: [UInt8]) throws {
        try checkFile(input)
        if let right = withRightChecksums(input) { try checkFile(right) }
    }

    private static func checkFile(_ octets: [UInt8]) throws {
        guard let opened = try opened(octets), let snapshot = opened.whole() else { return }
        try promiseEqual(snapshot.uids.count, opened.head.count, "how many messages there are")
        try promise(zip(snapshot.uids, snapshot.uids.dropFirst()).allSatisfy { $0 < $1 }, "messages out of order")
        try promise(try self.opened(octets.dropLast())?.whole() == nil, "a torn file is read")
        // Words that nobody wrote so are written otherwise once, and then stay.
        let encoded = snapshot.encoded()
        guard let again = try self.opened(encoded)?.whole() else { throw BrokenPromise(description: "\(shown(encoded)) is refused") }
        try promiseEqual(again.uids, snapshot.uids, "a snapshot written again")
        try promiseEqual(again.encoded(), encoded, "a snapshot written twice")
    }

    /// The store opens files by name, so each input becomes one in memory (`/dev/shm`).
    private static func opened(_ octets: some Collection<UInt8>) throws -> OpenSnapshot? {
        let path = "/dev/shm/casella-fuzz-\(getpid()).snapshot"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        defer { unlink(path) }
        let octets = Array(octets)
        guard descriptor >= 0, write(descriptor, octets, octets.count) == octets.count, close(descriptor) == 0 else {
            throw BrokenPromise(description: "no room in /dev/shm")
        }
        return OpenSnapshot(path)
    }

    /// Nil for what is shorter than a head. What is no whole message at the end is left out.
    private static func withRightChecksums(_ input: [UInt8]) -> [UInt8]? {
        let size = SnapshotHead.numbersSize
        guard input.count >= size else { return nil }
        let words = input[size...].prefix(Int(input[48]))
        let count = (input.count - size - words.count) / MailboxSnapshot.messageSize
        let messages = input[(size + words.count)...].prefix(count * MailboxSnapshot.messageSize)
        var numbers = Array("CASLSN03".utf8) + input[8..<40] + octets(UInt64(count)) + octets(UInt64(words.count)) + input[56..<88]
        numbers += octets(UInt64(BlobSegments.crc32c(messages)))
        numbers += octets(UInt64(BlobSegments.crc32c(numbers + words)))
        return numbers + words + messages
    }

    private static func octets(_ number: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
}
