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
    private static let magic: UInt64 = 0x3130_4e53_4c53_4143
    private static let headSize = 64
    /// Octets of a message in all columns.
    private static let messageSize = 4 + 8 + 1 + 2 + 8 + 8 + 8 + 8 + 8

    /// Numbers lie as this processor has them: the file never leaves the machine.
    func encoded() -> [UInt8] {
        let words = keywordSets.map { $0.joined(separator: " ") }.joined(separator: "\n")
        var body: [UInt8] = []
        body.reserveCapacity(Self.headSize + messages.count * Self.messageSize + words.utf8.count)
        func column<Value: BitwiseCopyable>(_ value: (StoredMessage) -> Value) {
            messages.map(value).withUnsafeBytes { body.append(contentsOf: $0) }
        }
        column(\.uid)
        column(\.modSeq)
        column(\.flags.rawValue)
        column(\.keywordSet)
        column(\.internalDate)
        column(\.size)
        column(\.blob.segment)
        column(\.blob.offset)
        column(\.blob.length)
        body.append(contentsOf: words.utf8)
        let head: [UInt64] = [
            Self.magic, UInt64(bitPattern: moment.mailbox), UInt64(moment.uidNext), moment.modSeq, UInt64(bitPattern: moment.epoch),
            UInt64(messages.count), UInt64(words.utf8.count),
        ]
        let front = head.withUnsafeBytes { Array($0) }
        return front + withUnsafeBytes(of: Self.checksum(front[...], body[...])) { Array($0) } + body
    }

    private static func checksum(_ front: ArraySlice<UInt8>, _ body: ArraySlice<UInt8>) -> UInt64 {
        let first = front.withUnsafeBytes { Checksum.crc32c($0) }
        return UInt64(body.withUnsafeBytes { Checksum.crc32c($0, continuing: first) })
    }

    /// Nil when the octets are no whole and undamaged snapshot.
    init?(decoding octets: [UInt8]) {
        guard octets.count >= Self.headSize else { return nil }
        let head = octets.withUnsafeBytes { bytes in (0..<8).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) } }
        guard head[0] == Self.magic, head[5] < 1 << 32, head[6] < 1 << 32, let uidNext = UID(exactly: head[2]) else { return nil }
        let count = Int(head[5]), wordsSize = Int(head[6])
        guard octets.count == Self.headSize + count * Self.messageSize + wordsSize,
            Self.checksum(octets[..<(Self.headSize - 8)], octets[Self.headSize...]) == head[7]
        else { return nil }
        moment = Moment(
            mailbox: Int64(bitPattern: head[1]), uidNext: uidNext, modSeq: head[3], epoch: Int64(bitPattern: head[4]))
        messages = octets.withUnsafeBytes { Self.messages(UnsafeRawBufferPointer(rebasing: $0[Self.headSize...]), count) }
        keywordSets = String(decoding: octets[(octets.count - wordsSize)...], as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map { $0.split(separator: " ").map(String.init) }
        guard isCoherent else { return nil }
    }

    /// A column at a time lies there; each begins behind the one before it.
    private static func messages(_ columns: UnsafeRawBufferPointer, _ count: Int) -> [StoredMessage] {
        let modSeqs = count * 4, flags = modSeqs + count * 8, keywordSets = flags + count, dates = keywordSets + count * 2
        let sizes = dates + count * 8, segments = sizes + count * 8, offsets = segments + count * 8, lengths = offsets + count * 8
        return [StoredMessage](unsafeUninitializedCapacity: count) { messages, filled in
            for index in 0..<count {
                messages.initializeElement(at: index, to: StoredMessage(
                    uid: columns.loadUnaligned(fromByteOffset: index * 4, as: UID.self),
                    modSeq: columns.loadUnaligned(fromByteOffset: modSeqs + index * 8, as: ModSeq.self),
                    flags: MessageFlags(rawValue: columns[flags + index]),
                    keywordSet: columns.loadUnaligned(fromByteOffset: keywordSets + index * 2, as: UInt16.self),
                    internalDate: columns.loadUnaligned(fromByteOffset: dates + index * 8, as: Int64.self),
                    size: columns.loadUnaligned(fromByteOffset: sizes + index * 8, as: Int64.self),
                    blob: BlobReference(
                        segment: columns.loadUnaligned(fromByteOffset: segments + index * 8, as: Int64.self),
                        offset: columns.loadUnaligned(fromByteOffset: offsets + index * 8, as: Int64.self),
                        length: columns.loadUnaligned(fromByteOffset: lengths + index * 8, as: Int64.self))))
            }
            filled = count
        }
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
