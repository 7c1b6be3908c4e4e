import BlobStore
import Glibc
import Runtime

/// The folder with a tenant's snapshots, one file a mailbox, read and written on a thread of their own.
@EventLoopActor
final class SnapshotFiles {
    private let folder: String
    private let thread = DedicatedThread()
    /// The mailboxes that have a file; nil before the folder was looked at.
    private var known: Set<Int64>?

    nonisolated init(folder: String) { self.folder = folder }

    /// Reads the head; nil when there is none, or none that can be used.
    func open(_ mailbox: Int64) async -> OpenSnapshot? {
        if let known, !known.contains(mailbox) { return nil }
        return await onThread { [path = path(mailbox)] in OpenSnapshot(path) }
    }

    /// Reads the messages; nil when they cannot be used.
    func whole(_ snapshot: OpenSnapshot) async -> MailboxSnapshot? { await onThread { snapshot.whole() } }

    /// Whoever reads sees the old file or the whole new one. Nothing is flushed: what a power cut leaves of it shows by its checksum.
    func write(_ snapshot: MailboxSnapshot) async {
        _ = await mailboxes()
        let isWritten = await onThread { [folder, path = path(snapshot.moment.mailbox)] in
            mkdir(folder, 0o700)
            do {
                let file = try FileDescriptor.open(path + ".new", O_WRONLY | O_CREAT | O_TRUNC)
                defer { file.close() }
                try file.write(snapshot.encoded(), at: 0)
                if rename(path + ".new", path) == 0 { return true }
            } catch {
                // As without the file; the disk may be full.
            }
            unlink(path + ".new")
            return false
        }
        if isWritten { known?.insert(snapshot.moment.mailbox) }
    }

    func remove(_ mailbox: Int64) async {
        known?.remove(mailbox)
        await onThread { [path = path(mailbox)] in _ = unlink(path) }
    }

    /// The same for good: none of them comes back with a power cut.
    func remove(durably mailboxes: Set<Int64>) async throws(StoreError) {
        let present = await self.mailboxes().intersection(mailboxes)
        guard !present.isEmpty else { return }
        let isDurable = await onThread { [folder, paths = present.map(path)] in
            for path in paths where unlink(path) != 0 && errno != ENOENT { return false }
            guard let directory = try? FileDescriptor.open(folder, O_RDONLY | O_DIRECTORY) else { return false }
            defer { directory.close() }
            return (try? directory.synchronize()) != nil
        }
        guard isDurable else { throw .unavailable(reason: "snapshots could not be removed for good") }
        known?.subtract(present)
    }

    /// The mailboxes that have a file.
    func mailboxes() async -> Set<Int64> {
        if let known { return known }
        let found = await onThread { [folder] in Self.list(folder) }
        known = found
        return found
    }

    private func path(_ mailbox: Int64) -> String { "\(folder)/\(mailbox)" }

    private func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { answer in thread.perform { answer.resume(returning: body()) } }
    }

    private nonisolated static func list(_ folder: String) -> Set<Int64> {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var found: Set<Int64> = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if let mailbox = Int64(name) { found.insert(mailbox) }
        }
        return found
    }
}
