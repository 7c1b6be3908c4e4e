@preconcurrency import CLibEdit  // its globals are C variables: only the main actor touches them (see LineEditor)
import Glibc

/// Where lines are kept between sessions, readable by its owner only, in the form that libedit reads.
///
/// A line is appended, so several sessions at one time keep each other's, and a disk that is full loses the new line and none before it.
/// What grew long is written anew when a session begins, beside the old file, and takes its place when it is whole.
@MainActor
struct HistoryFile {
    let path: String

    /// The first line of each such file.
    private nonisolated static let head = "_HiStOrY_V2_\n"
    /// A file that is longer is no history of ours.
    private static let sizeLimit = 64 << 20

    /// - Parameter limit: lines that are kept; twice as many may be in the file.
    func load(atMost limit: Int) {
        var information = stat()
        guard stat(path, &information) == 0, Self.isFile(information) else { return }
        let isRead = read_history(path) == 0
        guard let text = contents(), !text.isEmpty else { return }
        if !isRead || text.count(where: { $0 == UInt8(ascii: "\n") }) > 2 * limit { replace() }
    }

    func append(_ line: String) {
        let descriptor = open(path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var information = stat()
        // Who wants no history may say /dev/null, and that stays everybody's.
        guard fstat(descriptor, &information) == 0, Self.isFile(information) else { return }
        fchmod(descriptor, 0o600)
        let bytes = Array(((information.st_size == 0 ? Self.head : "") + Self.encoded(line) + "\n").utf8)
        let count = write(descriptor, bytes, bytes.count)
        // Half a line would spoil the next one.
        if count > 0, count < bytes.count { ftruncate(descriptor, information.st_size) }
    }

    /// As `strunvis` reads it back: what would part lines or words, and a backslash, in octal digits.
    nonisolated static func encoded(_ line: String) -> String {
        var text = String.UnicodeScalarView()
        for scalar in line.unicodeScalars {
            guard scalar.value <= 0x20 || scalar.value == 0x7F || scalar == "\\" else {
                text.append(scalar)
                continue
            }
            let digits = String(scalar.value, radix: 8)
            text.append(contentsOf: ("\\" + String(repeating: "0", count: 3 - digits.count) + digits).unicodeScalars)
        }
        return String(text)
    }

    private static func isFile(_ information: stat) -> Bool { information.st_mode & S_IFMT == S_IFREG }

    private func contents() -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0, Self.isFile(information), information.st_size < Self.sizeLimit else { return nil }
        return [UInt8](unsafeUninitializedCapacity: Int(information.st_size)) { buffer, count in
            count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
        }
    }

    /// By the lines that libedit has.
    private func replace() {
        let new = "\(path).\(getpid())"
        let descriptor = open(new, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return }
        close(descriptor)
        if write_history(new) != 0 || !isWhole(new) || rename(new, path) != 0 { unlink(new) }
    }

    /// libedit does not say whether all of it came to the disk.
    private func isWhole(_ new: String) -> Bool {
        guard let bytes = HistoryFile(path: new).contents(), bytes.last == UInt8(ascii: "\n") else { return false }
        return bytes.count(where: { $0 == UInt8(ascii: "\n") }) == Int(history_length) + 1
    }
}
