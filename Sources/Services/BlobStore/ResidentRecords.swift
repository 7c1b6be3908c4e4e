import CProcess
import Glibc
import Synchronization
import Zstd

/// Reads small records that the system has in memory, on the caller's own thread, which may be an event loop: it never waits for the
/// disk. Handing such a read to another thread, and the answer back, takes several times as long as the read.
final class ResidentRecords: Sendable {
    /// Octets of a record, and of its message: what is restored in some tens of microseconds.
    private static let recordLimit = 16 * 1024, messageLimit = 32 * 1024

    private struct State {
        /// Open segments, least recently used first.
        var open: [(number: Int64, file: FileDescriptor)] = []
        let decompressor = ZstdDecompressor()
        /// Closed, or the file system cannot tell what is in memory.
        var isOver = false
    }

    private let directory: SegmentDirectory
    private let descriptorLimit: Int
    private let state = Mutex(State())

    init(directory: SegmentDirectory, descriptorLimit: Int) {
        (self.directory, self.descriptorLimit) = (directory, max(1, descriptorLimit))
    }

    /// nil: it is large, or not in memory, or something is wrong with it, which a reader with a thread of its own is to find out.
    func message(_ reference: BlobReference) -> [UInt8]? { state.withLock { message(reference, &$0) } }

    /// All of them, or nil.
    func messages(_ references: [BlobReference]) -> [[UInt8]]? {
        state.withLock { state in
            var messages: [[UInt8]] = []
            for reference in references {
                guard let message = message(reference, &state) else { return nil }
                messages.append(message)
            }
            return messages
        }
    }

    private func message(_ reference: BlobReference, _ state: inout State) -> [UInt8]? {
        guard !state.isOver, reference.offset >= 0, (Int64(RecordHeader.size)...Int64(Self.recordLimit)).contains(reference.length),
            let file = file(reference.segment, &state)
        else { return nil }
        var got = 0
        let record = [UInt8](unsafeUninitializedCapacity: Int(reference.length)) { buffer, filled in
            got = casella_read_resident(file.number, buffer.baseAddress, buffer.count, off_t(reference.offset))
            filled = max(0, got)
        }
        if got == -Int(EOPNOTSUPP) || got == -Int(ENOSYS) || got == -Int(EPERM) { state.isOver = true }
        guard record.count == Int(reference.length), let parts = try? RecordParts(record[...], at: reference),
            parts.header.messageLength <= Self.messageLimit
        else { return nil }
        return try? parts.message(at: reference, with: state.decompressor)
    }

    private func file(_ number: Int64, _ state: inout State) -> FileDescriptor? {
        if let index = state.open.lastIndex(where: { $0.number == number }) {
            if index != state.open.count - 1 { state.open.append(state.open.remove(at: index)) }
            return state.open.last?.file
        }
        guard let file = try? FileDescriptor.open(directory.file(number), O_RDONLY) else { return nil }
        if state.open.count >= descriptorLimit { state.open.removeFirst().file.close() }
        state.open.append((number, file))
        return file
    }

    /// Keeps a segment open no longer.
    func letGo(of number: Int64) {
        state.withLock { state in
            if let index = state.open.firstIndex(where: { $0.number == number }) { state.open.remove(at: index).file.close() }
        }
    }

    func close() {
        state.withLock { state in
            for entry in state.open { entry.file.close() }
            (state.open, state.isOver) = ([], true)
        }
    }
}
