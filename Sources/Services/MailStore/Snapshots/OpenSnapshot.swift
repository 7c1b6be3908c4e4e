import BlobStore
import Glibc

/// A snapshot whose head was read. Its file stays open: what follows the head is what was there then, whatever takes its name meanwhile.
package final class OpenSnapshot: Sendable {
    package let head: SnapshotHead
    private let file: FileDescriptor

    /// Nil when there is none, or none that can be used.
    package init?(_ path: String) {
        guard let file = try? FileDescriptor.open(path, O_RDONLY) else { return nil }
        guard let head = SnapshotHead(reading: file) else {
            file.close()
            return nil
        }
        (self.file, self.head) = (file, head)
    }

    deinit { file.close() }

    /// Nil when the messages cannot be used.
    package func whole() -> MailboxSnapshot? { MailboxSnapshot(reading: file, behind: head) }
}
