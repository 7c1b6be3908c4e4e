import BlobStore

/// What a mailbox held when a worker ended, so that the next one need not read every row. It is no truth of its own: one that is
/// missing, damaged or outdated costs time and nothing else.
struct MailboxSnapshot: Sendable {
    /// Where in the mailbox's history it belongs.
    struct Moment: Sendable, Equatable {
        let mailbox: Int64
        let uidNext: UID
        let modSeq: ModSeq
        /// Of the lease under which it was made.
        let epoch: Int64
    }

    let moment: Moment
    /// Ascending by UID, all below `moment.uidNext`.
    let messages: [StoredMessage]
    /// By the numbers in `StoredMessage.keywordSet`; the first is empty, as are those that no message carries.
    let keywordSets: [[String]]

    // MARK: In a file

    /// Also names the layout: another one gets another number.
    private static let magic: UInt64 = 0x3230_4e53_4c53_4143
    private static let headSize = 64

    /// A head, the messages as they lie in memory, the keywords. Numbers lie as this processor has them: the file never leaves the machine.
    func encoded() -> [UInt8] {
        let words = Array(keywordSets.map { $0.joined(separator: " ") }.joined(separator: "\n").utf8)
        let head: [UInt64] = [
            Self.magic, UInt64(bitPattern: moment.mailbox), UInt64(moment.uidNext), moment.modSeq, UInt64(bitPattern: moment.epoch),
            UInt64(messages.count), UInt64(words.count),
        ]
        let front = head.withUnsafeBytes { Array($0) }
        var octets: [UInt8] = []
        octets.reserveCapacity(Self.headSize + messages.count * MemoryLayout<StoredMessage>.stride + words.count)
        octets += front
        withUnsafeBytes(of: Self.checksum(front, messages, words)) { octets += $0 }
        messages.withUnsafeBytes { octets += $0 }
        return octets + words
    }

    private static func checksum(_ front: [UInt8], _ messages: [StoredMessage], _ words: [UInt8]) -> UInt64 {
        let first = front.withUnsafeBytes { Checksum.crc32c($0) }
        let second = messages.withUnsafeBytes { Checksum.crc32c($0, continuing: first) }
        return UInt64(words.withUnsafeBytes { Checksum.crc32c($0, continuing: second) })
    }

    /// Nil when the file is no whole and undamaged snapshot.
    init?(reading file: FileDescriptor) {
        guard let size = try? file.size(), let octets = try? file.read(Self.headSize, at: 0), octets.count == Self.headSize else { return nil }
        let head = octets.withUnsafeBytes { bytes in (0..<8).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) } }
        guard head[0] == Self.magic, head[5] < 1 << 32, head[6] < 1 << 32, let uidNext = UID(exactly: head[2]) else { return nil }
        let rows = Int64(head[5]) * Int64(MemoryLayout<StoredMessage>.stride), wordsSize = Int(head[6])
        guard size == Int64(Self.headSize) + rows + Int64(wordsSize) else { return nil }
        moment = Moment(
            mailbox: Int64(bitPattern: head[1]), uidNext: uidNext, modSeq: head[3], epoch: Int64(bitPattern: head[4]))
        // Straight into their places: with many messages a second copy in memory costs more than the rest.
        messages = [StoredMessage](unsafeUninitializedCapacity: Int(head[5])) { buffer, filled in
            let places = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<Int(head[5])]))
            let isWhole = (try? file.read(into: places, at: Int64(Self.headSize))) == places.count
            filled = isWhole ? Int(head[5]) : 0
        }
        guard messages.count == Int(head[5]), let words = try? file.read(wordsSize, at: Int64(Self.headSize) + rows),
            Self.checksum(Array(octets[..<(Self.headSize - 8)]), messages, words) == head[7]
        else { return nil }
        keywordSets = String(decoding: words, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map { $0.split(separator: " ").map(String.init) }
        guard isCoherent else { return nil }
    }

    /// Whether it can be what some mailbox held.
    private var isCoherent: Bool {
        var last: UID = 0
        for message in messages {
            guard message.uid > last, message.uid < moment.uidNext, message.modSeq <= moment.modSeq,
                MessageFlags.all.isSuperset(of: message.flags), message.keywordSet < keywordSets.count,
                message.keywordSet == 0 || !keywordSets[Int(message.keywordSet)].isEmpty
            else { return false }
            last = message.uid
        }
        let named = keywordSets.filter { !$0.isEmpty }
        return keywordSets.first?.isEmpty == true && keywordSets.count - 1 <= KeywordSets.Number.max && Set(named).count == named.count
    }

    init(moment: Moment, messages: [StoredMessage], keywordSets: [[String]]) {
        (self.moment, self.messages, self.keywordSets) = (moment, messages, keywordSets)
    }
}
