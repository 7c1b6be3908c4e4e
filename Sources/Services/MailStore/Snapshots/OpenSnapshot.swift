import BlobStore
import Glibc

/// A snapshot whose head was read. Its file stays open: what follows the head is what was there then, whatever takes its name meanwhile.
final class OpenSnapshot: Sendable {
    let head: SnapshotHead
    private let file: FileDescriptor

    /// Nil when there is none, or none that can be used.
    init?(_ path: String) {
        guard let file = try? FileDescriptor.open(path, O_RDONLY) else { return nil }
        guard let head = SnapshotHead(reading: file) else {
            file.close()
            return nil
        }
        (self.file, self.head) = (file, head)
    }

    deinit { file.close() }

    /// Nil when the messages cannot be used.
    func whole() -> MailboxSnapshot? { MailboxSnapshot(reading: file, behind: head) }
}
