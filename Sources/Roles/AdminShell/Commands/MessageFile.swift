import AdminAPI
import Glibc

/// A message in a file, as far as explanations ask for it: its size, and the beginning of its header.
struct MessageFile {
    let size: Int64
    private let header: [UInt8]

    init(_ path: String) throws(AdminError) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        defer { if file >= 0 { close(file) } }
        var facts = stat()
        guard file >= 0, fstat(file, &facts) == 0 else { throw Self.unreadable(path) }
        var bytes = [UInt8](repeating: 0, count: ExplainedMessage.limit), count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress.map { $0 + count }, $0.count - count) }
            guard got >= 0 else { throw Self.unreadable(path) }
            if got == 0 { break }
            count += got
        }
        size = Int64(facts.st_size)
        header = Self.header(of: bytes[..<count])
    }

    var explained: ExplainedMessage { ExplainedMessage(header: header) }

    /// Up to the blank line, with the line ends of mail, which files are often without.
    static func header(of bytes: ArraySlice<UInt8>) -> [UInt8] {
        var header: [UInt8] = []
        var rest = bytes
        while !rest.isEmpty {
            let end = rest.firstIndex(of: 10)
            let line = rest[..<(end ?? rest.endIndex)]
            header += line.last == 13 ? line.dropLast() : line
            if end != nil { header += [13, 10] }
            if end == nil || line.isEmpty || line.elementsEqual([13]) { break }
            rest = rest[(end.map { $0 + 1 } ?? rest.endIndex)...]
        }
        return header
    }

    private static func unreadable(_ path: String) -> AdminError {
        AdminError(.notFound, "\(path) cannot be read: \(String(cString: strerror(errno))).")
    }
}
