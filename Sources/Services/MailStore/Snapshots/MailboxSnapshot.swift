import BlobStore

/// What a mailbox held when a worker ended, so that the next one need not read every row. It is no truth of its own: one that is
/// missing, damaged or outdated costs time and nothing else.
package struct MailboxSnapshot: Sendable {
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
    /// The same UIDs once more.
    package let uids: [UID]
    let keywordSets: KeywordSets

    init(moment: Moment, messages: [StoredMessage], uids: [UID], keywordSets: KeywordSets) {
        (self.moment, self.messages, self.uids, self.keywordSets) = (moment, messages, uids, keywordSets)
    }

    // MARK: In a file

    /// Octets of a message.
    package static let messageSize = MemoryLayout<StoredMessage>.stride

    /// A head, and the messages as they lie in memory. Numbers lie as this processor has them: the file never leaves the machine.
    package func encoded() -> [UInt8] {
        let head = SnapshotHead(of: self).encoded()
        var octets: [UInt8] = []
        octets.reserveCapacity(head.count + messages.count * Self.messageSize)
        octets += head
        messages.withUnsafeBytes { octets += $0 }
        return octets
    }

    static func checksum(_ messages: [StoredMessage]) -> UInt32 { messages.withUnsafeBytes { Checksum.crc32c($0) } }

    /// Nil when the file does not go on, undamaged, as its head says.
    init?(reading file: FileDescriptor, behind head: SnapshotHead) {
        moment = head.moment
        // Straight into their places: with many messages a second copy in memory costs more than the rest.
        messages = [StoredMessage](unsafeUninitializedCapacity: head.count) { buffer, filled in
            let places = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<head.count]))
            let isWhole = (try? file.read(into: places, at: head.length)) == places.count
            filled = isWhole ? head.count : 0
        }
        guard messages.count == head.count, Self.checksum(messages) == head.checksum, Self.isCoherent(messages, under: head) else {
            return nil
        }
        uids = messages.map(\.uid)
        keywordSets = KeywordSets(byNumber: head.keywordSets, of: messages.lazy.map(\.keywordSet))
    }

    /// Whether they can be what some mailbox held.
    private static func isCoherent(_ messages: [StoredMessage], under head: SnapshotHead) -> Bool {
        var last: UID = 0
        for message in messages {
            guard message.uid > last, message.uid < head.moment.uidNext, message.modSeq <= head.moment.modSeq,
                MessageFlags.all.isSuperset(of: message.flags), message.keywordSet < head.keywordSets.count,
                message.keywordSet == 0 || !head.keywordSets[Int(message.keywordSet)].isEmpty
            else { return false }
            last = message.uid
        }
        return true
    }
}
