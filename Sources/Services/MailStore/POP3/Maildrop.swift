import BlobStore
import Runtime

/// A POP3 session's maildrop: a snapshot of INBOX under an exclusive lock (RFC 1939 §4). Must be released.
@EventLoopActor
public final class Maildrop {
    public struct Message: Sendable, Equatable {
        public let uid: UID
        /// Octets.
        public let size: Int64
    }

    /// For UIDL: unique for ever with the message's UID.
    public let uidValidity: UInt32
    /// Message number n is at n - 1.
    public let messages: [Message]
    private let account: Account
    private let state: MailboxState
    private var isLocked = true
    /// Messages that were read with the one before them, by index: clients retrieve all in order.
    private var ahead: [Int: Result<[UInt8], StoreError>] = [:]
    private var lastIndex = -1
    /// Messages, and their octets, that are read with one call.
    private static let together = 16, octets: Int64 = 128 * 1024

    init(account: Account, state: MailboxState) {
        self.account = account
        self.state = state
        uidValidity = state.mailbox.uidValidity
        messages = state.messages.map { Message(uid: $0.uid, size: $0.size) }
    }

    /// The message at an index of `messages`; nil when an IMAP session expunged it meanwhile.
    public func bytes(at index: Int) async throws(StoreError) -> [UInt8]? {
        guard messages.indices.contains(index), let message = state.message(messages[index].uid) else { return nil }
        defer { lastIndex = index }
        if let read = ahead.removeValue(forKey: index) { return try read.get() }
        ahead = [:]
        guard index == lastIndex + 1 else { return try await account.store.reader.read(message.blob) }
        return try await readAhead(from: index)
    }

    /// Reads the message and, unless it is large, those that follow it.
    private func readAhead(from start: Int) async throws(StoreError) -> [UInt8]? {
        var indexes: [Int] = [], blobs: [BlobReference] = []
        var room = Self.octets
        for index in start..<min(messages.count, start + Self.together) {
            guard let message = state.message(messages[index].uid) else { continue }
            room -= message.size
            guard room >= 0 || index == start else { break }
            indexes.append(index)
            blobs.append(message.blob)
        }
        for (index, result) in zip(indexes, await account.store.reader.read(each: blobs)) { ahead[index] = result }
        return try ahead.removeValue(forKey: start)?.get()
    }

    /// The UPDATE state: removes the messages at these indexes and releases the lock, also on error; then nothing is removed.
    public func commit(deleting indexes: [Int]) async throws(StoreError) {
        defer { release() }
        let uids = indexes.filter { messages.indices.contains($0) }.map { messages[$0].uid }
        guard isLocked, !uids.isEmpty else { return }
        _ = try await account.store.remove(from: state, of: account.user, among: uids) { _ in true }
    }

    /// Lets go of the lock without removing anything. Harmless after `commit`.
    public func release() {
        guard isLocked else { return }
        isLocked = false
        account.store.lockedMaildrops.remove(account.user)
    }
}

extension TenantStore {
    /// Locks the user's maildrop for one POP3 session and takes a snapshot of its INBOX.
    public func openMaildrop(of user: Int64) async throws(StoreError) -> Maildrop {
        guard lockedMaildrops.insert(user).inserted else { throw .maildropLocked }
        do {
            let account = try await account(of: user)
            guard let inbox = account.mailbox(named: MailboxName.inbox) else { throw StoreError.noSuchMailbox }
            return Maildrop(account: account, state: try await state(of: inbox))
        } catch {
            lockedMaildrops.remove(user)
            throw (error as? StoreError) ?? .unavailable(reason: "\(error)")
        }
    }
}
