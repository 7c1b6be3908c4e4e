import Runtime

/// What was made from messages to answer clients: the text of an ENVELOPE, the header fields that are searched. Messages never
/// change and UIDs are never used again, so nothing in here grows stale. Bounded, and given back when nobody has asked for a while.
@EventLoopActor
public final class DerivedBytes {
    public enum Kind: UInt8, Sendable { case envelope, body, bodyStructure, searchedFields }

    private struct Key: Hashable {
        let mailbox: Int64
        let uid: UID
        let kind: Kind
    }

    /// Octets that an entry takes beside its bytes, at most: the array's head, its key and its share of the table.
    private static let overhead = 128
    /// Half of the budget each: when the younger half is full it becomes the older one, whose entries nobody wanted since are dropped.
    private var younger: [Key: [UInt8]] = [:], older: [Key: [UInt8]] = [:]
    private var youngerSize = 0
    private let half: Int
    private let lifetime: Duration
    private var wasUsed = false
    private var isExpiring = false

    /// - Parameter budget: octets, with the room that the tables take.
    /// - Parameter lifetime: how long all is kept without any use; up to twice as long.
    public nonisolated init(budget: Int = 16 << 20, lifetime: Duration = .seconds(15)) {
        half = budget / 2
        self.lifetime = lifetime
    }

    public func bytes(_ kind: Kind, of uid: UID, in mailbox: Mailbox) -> [UInt8]? {
        let key = Key(mailbox: mailbox.id, uid: uid, kind: kind)
        if let bytes = younger[key] {
            wasUsed = true
            return bytes
        }
        guard let bytes = older.removeValue(forKey: key) else { return nil }
        keep(bytes, key)
        return bytes
    }

    public func keep(_ bytes: [UInt8], as kind: Kind, of uid: UID, in mailbox: Mailbox) {
        keep(bytes, Key(mailbox: mailbox.id, uid: uid, kind: kind))
    }

    func removeAll() { (younger, older, youngerSize) = ([:], [:], 0) }

    private func keep(_ bytes: [UInt8], _ key: Key) {
        let size = bytes.count + Self.overhead
        guard size <= half / 16 else { return }
        if youngerSize + size > half { (older, younger, youngerSize) = (younger, [:], 0) }
        if younger.updateValue(bytes, forKey: key) == nil { youngerSize += size }
        wasUsed = true
        expire()
    }

    private func expire() {
        guard !isExpiring else { return }
        isExpiring = true
        let lifetime = lifetime
        EventLoopActor.task { [weak self] in
            repeat {
                self?.wasUsed = false
                await EventLoopActor.sleep(for: lifetime)
            } while self?.wasUsed == true
            self?.isExpiring = false
            self?.removeAll()
        }
    }
}
