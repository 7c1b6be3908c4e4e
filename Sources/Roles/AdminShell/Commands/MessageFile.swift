import AdminAPI
import Glibc

/// A message in a file, as far as explanations ask for it: its size, and the beginning of its header.
struct MessageFile {
    /// As mail.
    let size: Int64
    private let header: [UInt8]

    init(_ path: String) throws(AdminError) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        defer { if file >= 0 { close(file) } }
        guard file >= 0 else { throw Self.unreadable(path) }
        var beginning: [UInt8] = [], size = MailSize(), piece = [UInt8](repeating: 0, count: ExplainedMessage.limit)
        while true {
            let got = piece.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
            guard got >= 0 else { throw Self.unreadable(path) }
            if got == 0 { break }
            size.add(piece[..<got])
            beginning += piece[..<min(got, ExplainedMessage.limit - beginning.count)]
        }
        self.size = size.octets
        header = Self.header(of: beginning[...])
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

/// How large a text is as mail, where each line ends in CRLF (RFC 1870 §5): a file's often end in LF alone.
struct MailSize {
    private(set) var octets: Int64 = 0
    private var last: UInt8 = 0

    mutating func add(_ bytes: ArraySlice<UInt8>) {
        octets += Int64(bytes.count)
        for byte in bytes {
            if byte == 10, last != 13 { octets += 1 }
            last = byte
        }
    }
}
