import BlobStore

/// The beginning of a snapshot, under a checksum of its own: all that SELECT and STATUS tell of the mailbox, so that nobody has to wait
/// for every message to be told how many there are.
///
/// What it tells holds also when the rest of the file turns out damaged, and the rows are read instead. It was counted from what memory
/// held when every row was committed; the mailbox's own row says whether anything has happened to the mailbox since; and nothing
/// happens to its messages before they are in memory again, since whoever changes them does it there.
package struct SnapshotHead: Sendable {
    let moment: MailboxSnapshot.Moment
    /// How many messages follow.
    package let count: Int
    /// The place among them of the first one without `\Seen`, counted from 1; 0 without one.
    let firstUnseen: Int
    let unseen: Int
    let deleted: Int
    /// Octets of all messages together.
    let size: Int64
    /// By the numbers in `StoredMessage.keywordSet`; the first is empty, as are those that no message carries.
    let keywordSets: [[String]]
    /// Of the messages that follow.
    let checksum: UInt32
    /// Octets of the file before the messages.
    let length: Int64

    init(of snapshot: MailboxSnapshot) {
        var (firstUnseen, unseen, deleted, size) = (0, 0, 0, Int64(0))
        for (index, message) in snapshot.messages.enumerated() {
            if !message.flags.contains(.seen) {
                unseen += 1
                if unseen == 1 { firstUnseen = index + 1 }
            }
            if message.flags.contains(.deleted) { deleted += 1 }
            size += message.size
        }
        (self.firstUnseen, self.unseen, self.deleted, self.size) = (firstUnseen, unseen, deleted, size)
        (moment, count, keywordSets) = (snapshot.moment, snapshot.messages.count, snapshot.keywordSets.byNumber)
        checksum = MailboxSnapshot.checksum(snapshot.messages)
        length = Int64(Self.numbersSize + Self.words(keywordSets).count)
    }

    // MARK: In a file

    /// Also names the layout: another one gets another number.
    private static let magic: UInt64 = 0x3330_4e53_4c53_4143
    /// Octets of the numbers at the beginning, the last of which is the checksum of the others and of the keywords behind it.
    package static let numbersSize = 13 * 8

    private static func words(_ keywordSets: [[String]]) -> [UInt8] {
        Array(keywordSets.map { $0.joined(separator: " ") }.joined(separator: "\n").utf8)
    }

    private static func checksum(_ numbers: some Sequence<UInt64>, _ words: [UInt8]) -> UInt64 {
        let first = Array(numbers).withUnsafeBytes { Checksum.crc32c($0) }
        return UInt64(words.withUnsafeBytes { Checksum.crc32c($0, continuing: first) })
    }

    func encoded() -> [UInt8] {
        let words = Self.words(keywordSets)
        var numbers = [
            Self.magic, UInt64(bitPattern: moment.mailbox), UInt64(moment.uidNext), moment.modSeq, UInt64(bitPattern: moment.epoch),
            UInt64(count), UInt64(words.count), UInt64(firstUnseen), UInt64(unseen), UInt64(deleted), UInt64(bitPattern: size),
            UInt64(checksum),
        ]
        numbers.append(Self.checksum(numbers, words))
        return numbers.withUnsafeBytes { Array($0) } + words
    }

    /// Nil when the file does not begin with an undamaged head, or is not as long as it says.
    init?(reading file: FileDescriptor) {
        guard let size = try? file.size(), let octets = try? file.read(Self.numbersSize, at: 0), octets.count == Self.numbersSize else {
            return nil
        }
        let numbers = octets.withUnsafeBytes { bytes in
            stride(from: 0, to: Self.numbersSize, by: 8).map { bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self) }
        }
        guard numbers[0] == Self.magic, numbers[5] < 1 << 32, numbers[6] < 1 << 32 else { return nil }
        (count, length) = (Int(numbers[5]), Int64(Self.numbersSize) + Int64(numbers[6]))
        guard size == length + Int64(count) * Int64(MailboxSnapshot.messageSize),
            let words = try? file.read(Int(numbers[6]), at: Int64(Self.numbersSize)),
            Self.checksum(numbers.dropLast(), words) == numbers[12], let uidNext = UID(exactly: numbers[2])
        else { return nil }
        moment = .init(mailbox: Int64(bitPattern: numbers[1]), uidNext: uidNext, modSeq: numbers[3], epoch: Int64(bitPattern: numbers[4]))
        (firstUnseen, unseen, deleted) = (Int(clamping: numbers[7]), Int(clamping: numbers[8]), Int(clamping: numbers[9]))
        (self.size, checksum) = (Int64(bitPattern: numbers[10]), UInt32(truncatingIfNeeded: numbers[11]))
        keywordSets = String(decoding: words, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map { $0.split(separator: " ").map(String.init) }
        let named = keywordSets.filter { !$0.isEmpty }
        guard keywordSets.first?.isEmpty == true, keywordSets.count - 1 <= KeywordSets.Number.max, Set(named).count == named.count else {
            return nil
        }
    }
}
