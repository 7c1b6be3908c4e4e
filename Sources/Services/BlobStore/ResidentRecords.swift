import CProcess
import Glibc
import Synchronization
import Zstd

/// Reads small records that the system has in memory, on the caller's own thread, which may be an event loop: it never waits for the
/// disk, and so opens no segment. Handing such a read to another thread, and the answer back, takes several times as long as the read.
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

    /// nil: it is large, or not in memory, or of a segment that is not open, or something is wrong with it, which a reader with a thread
    /// of its own is to find out.
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
        guard !state.isOver, reference.offset >= 0, Self.isSmall(reference), let file = file(reference.segment, &state) else { return nil }
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

    private static func isSmall(_ reference: BlobReference) -> Bool {
        (Int64(RecordHeader.size)...Int64(recordLimit)).contains(reference.length)
    }

    private func file(_ number: Int64, _ state: inout State) -> FileDescriptor? {
        guard let index = state.open.lastIndex(where: { $0.number == number }) else { return nil }
        if index != state.open.count - 1 { state.open.append(state.open.remove(at: index)) }
        return state.open.last?.file
    }

    /// Has the segment of a small record open from now on. This may wait for the disk, and makes no reader wait.
    func open(for reference: BlobReference) {
        let number = reference.segment
        func isWanted(_ state: State) -> Bool { !state.isOver && !state.open.contains { $0.number == number } }
        guard Self.isSmall(reference), state.withLock({ isWanted($0) }),
            let file = try? FileDescriptor.open(directory.file(number), O_RDONLY)
        else { return }
        let unwanted: FileDescriptor? = state.withLock { state in
            guard isWanted(state) else { return file }
            state.open.append((number, file))
            return state.open.count > descriptorLimit ? state.open.removeFirst().file : nil
        }
        unwanted?.close()
    }

    /// Keeps a segment open no longer. Whoever closes a removed one last waits until its space is free, and no reader does.
    func letGo(of number: Int64) {
        let file = state.withLock { state in
            state.open.firstIndex { $0.number == number }.map { state.open.remove(at: $0).file }
        }
        file?.close()
    }

    func close() {
        state.withLock { state in
            for entry in state.open { entry.file.close() }
            (state.open, state.isOver) = ([], true)
        }
    }
}
