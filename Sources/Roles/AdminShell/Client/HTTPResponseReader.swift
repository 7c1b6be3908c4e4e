import AdminAPI

/// A response of which the shell needs no more than this.
package struct HTTPResponse: Sendable, Equatable {
    package let status: Int
    package let body: [UInt8]
    /// Seconds after which the same request may be answered (RFC 9110 §10.2.3); nil: nothing is said, or a date.
    package let retryAfter: Int?

    package init(status: Int, body: [UInt8], retryAfter: Int? = nil) {
        (self.status, self.body, self.retryAfter) = (status, body, retryAfter)
    }
}

/// Collects the bytes of one HTTP/1.1 response, in whatever pieces they come, until it is whole.
///
/// It understands bodies with `Content-Length` and bodies that end with the connection (RFC 9112); the control plane sends no others.
/// Limits: 64 KiB of head, 64 MiB of body.
package struct HTTPResponseReader: Sendable {
    package static let headLimit = 65_536, bodyLimit = 67_108_864

    private struct Head { var status: Int, length: Int?, retryAfter: Int? }
    private var head: Head?
    private var pending: [UInt8] = []
    /// How far `pending` was searched for the end of the head, so that each byte is looked at once.
    private var searched = 0

    package init() {}

    /// Takes the next bytes; the response once it is complete. What follows it is ignored.
    package mutating func receive(_ bytes: some Sequence<UInt8>) throws(AdminError) -> HTTPResponse? {
        pending += bytes
        while head == nil {
            guard let end = endOfHead() else {
                guard pending.count <= Self.headLimit else { throw Self.malformed("has an endless head") }
                return nil
            }
            guard end <= Self.headLimit else { throw Self.malformed("has an endless head") }
            let parsed = try Self.parse(pending[..<end])
            pending.removeSubrange(..<end)
            searched = 0
            if (100..<200).contains(parsed.status) { continue }  // interim responses come before the real one: RFC 9110
            head = parsed
        }
        guard let head else { return nil }
        if let length = head.length {
            guard pending.count >= length else { return nil }
            return HTTPResponse(status: head.status, body: Array(pending[..<length]), retryAfter: head.retryAfter)
        }
        guard pending.count <= Self.bodyLimit else { throw Self.malformed("is too long") }
        return nil
    }

    /// The peer closed the connection.
    package func finish() throws(AdminError) -> HTTPResponse {
        guard let head, head.length == nil else {
            throw AdminError(
                .unavailable, "The control plane closed the connection before it had answered.",
                hint: "Its log, in log/ under the data directory, may say why.")
        }
        return HTTPResponse(status: head.status, body: pending, retryAfter: head.retryAfter)
    }

    /// The index after the empty line that ends the head.
    private mutating func endOfHead() -> Int? {
        var index = max(searched, 3)
        while index < pending.count {
            if pending[index] == 0x0A, pending[(index - 3)..<index].elementsEqual([0x0D, 0x0A, 0x0D]) { return index + 1 }
            index += 1
        }
        searched = index
        return nil
    }

    private static func parse(_ bytes: ArraySlice<UInt8>) throws(AdminError) -> Head {
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { $0.last == 0x0D ? $0.dropLast() : $0 }
        guard let statusLine = lines.first, let status = status(in: statusLine) else { throw malformed("has no status line") }
        var length: Int?, retryAfter: Int?
        for line in lines.dropFirst() where !line.isEmpty {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
                throw malformed("has a broken header")
            }
            let value = String(decoding: line[(colon + 1)...], as: UTF8.self).trimmingSpaces()
            switch String(decoding: line[..<colon], as: UTF8.self).lowercased() {
            case "content-length":
                guard value.utf8.count <= 10, let number = decimal(value.utf8), length == nil || length == number else {
                    throw malformed("has a broken Content-Length")
                }
                guard number <= bodyLimit else { throw malformed("is too long") }
                length = number
            case "retry-after": retryAfter = decimal(value.utf8)
            case "transfer-encoding": throw malformed("uses a transfer coding")
            default: break
            }
        }
        if status == 204 || status == 304 || status < 200 { length = 0 }
        return Head(status: status, length: length, retryAfter: retryAfter)
    }

    /// `HTTP/1.1 200 OK`: RFC 9112.
    private static func status(in line: ArraySlice<UInt8>) -> Int? {
        guard line.starts(with: "HTTP/1.".utf8), line.count >= 12 else { return nil }
        let code = line.dropFirst(9).prefix(3)
        guard line[line.startIndex + 8] == 0x20, let number = decimal(code), (100...599).contains(number) else { return nil }
        return line.count == 12 || line[line.startIndex + 12] == 0x20 ? number : nil
    }

    private static func decimal(_ digits: some Collection<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.count <= 10, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func malformed(_ why: String) -> AdminError {
        AdminError(.serverFault, "The control plane's answer \(why).", hint: "Is it really Casella that listens on the socket?")
    }
}
