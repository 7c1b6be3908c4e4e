/// What a server answered to a GET, as far as its reader needs to know.
public struct HTTPAnswer: Sendable, Equatable {
    public var status: Int
    /// As it was sent; empty when it was not.
    public var contentType: String
    public var body: [UInt8]

    public init(status: Int, contentType: String, body: [UInt8]) {
        (self.status, self.contentType, self.body) = (status, contentType, body)
    }
}

/// Why there is no answer that can be read.
public enum HTTPAnswerMistake: Error, Sendable, Equatable { case malformed, tooLarge, incomplete }

/// Collects the bytes of one answer to a GET, in whatever pieces they come, until it is whole (RFC 9112): with a length, in chunks, or up
/// to the end of the connection. What follows it is ignored.
///
/// Limits: the head, with what stands between chunks, 16 KiB; the body as it is told.
public struct HTTPAnswerReader: Sendable {
    private enum State: Equatable { case statusLine, fields, counted(Int), chunkSize, chunk(Int), chunkEnd, trailer, untilEnd, whole }

    private static let headLimit = 16_384
    private let bodyLimit: Int
    private var state = State.statusLine
    private var pending: [UInt8] = []
    /// Where in `pending` what was not read yet begins.
    private var position = 0
    private var headSize = 0
    private var length: Int?
    private var isChunked = false
    private var answer = HTTPAnswer(status: 0, contentType: "", body: [])

    public init(bodyLimit: Int) { self.bodyLimit = bodyLimit }

    /// Takes the next bytes; the answer once it is whole.
    public mutating func receive(_ bytes: some Sequence<UInt8>) throws(HTTPAnswerMistake) -> HTTPAnswer? {
        pending += bytes
        while try step() {}
        pending.removeFirst(position)
        position = 0
        return state == .whole ? answer : nil
    }

    /// The connection ended.
    public func finish() throws(HTTPAnswerMistake) -> HTTPAnswer {
        guard state == .untilEnd || state == .whole else { throw .incomplete }
        return answer
    }

    /// - Returns: false when more bytes are needed, or none any more.
    private mutating func step() throws(HTTPAnswerMistake) -> Bool {
        switch state {
        case .statusLine, .fields, .chunkSize, .chunkEnd, .trailer:
            guard let line = try line() else { return false }
            try take(line)
            return true
        case .counted(let left):
            let taken = try takeBody(left)
            state = taken == left ? .whole : .counted(left - taken)
            return false
        case .chunk(let left):
            let taken = try takeBody(left)
            state = taken == left ? .chunkEnd : .chunk(left - taken)
            return taken == left
        case .untilEnd:
            _ = try takeBody(.max)
            return false
        case .whole: return false
        }
    }

    private mutating func takeBody(_ most: Int) throws(HTTPAnswerMistake) -> Int {
        let count = min(most, pending.count - position)
        guard answer.body.count + count <= bodyLimit else { throw .tooLarge }
        answer.body += pending[position..<position + count]
        position += count
        return count
    }

    /// Without its end; nil when it is not whole.
    private mutating func line() throws(HTTPAnswerMistake) -> ArraySlice<UInt8>? {
        let rest = pending[position...]
        guard headSize + rest.count <= Self.headLimit || rest.prefix(Self.headLimit - headSize).contains(0x0A) else { throw .tooLarge }
        guard let end = rest.firstIndex(of: 0x0A) else { return nil }
        position = end + 1
        headSize += position - rest.startIndex
        let line = rest[..<end]
        return line.last == 0x0D ? line.dropLast() : line
    }

    private mutating func take(_ line: ArraySlice<UInt8>) throws(HTTPAnswerMistake) {
        switch state {
        case .statusLine:
            answer.status = try Self.status(in: line)
            state = .fields
        case .fields where line.isEmpty: try beginBody()
        case .fields: try takeField(line)
        case .chunkSize:
            // Extensions mean nothing to us (RFC 9112 §7.1.1).
            let digits = String(decoding: line.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 && $0 != 0x09 }, as: UTF8.self)
            guard digits.utf8.count <= 8, digits.utf8.first != UInt8(ascii: "+"), let size = Int(digits, radix: 16), size >= 0 else {
                throw .malformed
            }
            guard size <= bodyLimit else { throw .tooLarge }
            state = size == 0 ? .trailer : .chunk(size)
        case .chunkEnd:
            guard line.isEmpty else { throw .malformed }
            state = .chunkSize
        case .trailer: if line.isEmpty { state = .whole }
        case .counted, .chunk, .untilEnd, .whole: break  // these have no lines
        }
    }

    private mutating func takeField(_ line: ArraySlice<UInt8>) throws(HTTPAnswerMistake) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex, line.first != 0x20, line.first != 0x09 else {
            throw .malformed
        }
        let blanks: [UInt8] = [0x20, 0x09]
        var value = line[(colon + 1)...].drop(while: blanks.contains)
        while let last = value.last, blanks.contains(last) { value = value.dropLast() }
        let text = String(decoding: value, as: UTF8.self)
        switch String(decoding: line[..<colon], as: UTF8.self).lowercased() {
        case "content-length":
            guard !value.isEmpty, value.count <= 10, value.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text),
                length == nil || length == number
            else { throw .malformed }
            length = number
        case "transfer-encoding":
            guard text.lowercased() == "chunked", !isChunked else { throw .malformed }
            isChunked = true
        case "content-type": answer.contentType = text
        default: break
        }
    }

    private mutating func beginBody() throws(HTTPAnswerMistake) {
        switch answer.status {
        case ..<200:  // an interim one comes before the real one
            (length, isChunked, state) = (nil, false, .statusLine)
            answer.contentType = ""
            return
        case 204, 304: state = .whole
        default:
            if isChunked {
                guard length == nil else { throw .malformed }  // RFC 9112 §6.3: somebody smuggles
                state = .chunkSize
            } else if let length {
                guard length <= bodyLimit else { throw .tooLarge }
                state = length == 0 ? .whole : .counted(length)
            } else {
                state = .untilEnd
            }
        }
    }

    /// `HTTP/1.1 200 OK`: RFC 9112 §4.
    private static func status(in line: ArraySlice<UInt8>) throws(HTTPAnswerMistake) -> Int {
        let code = line.dropFirst(9).prefix(3)
        guard line.starts(with: "HTTP/1.".utf8), line.count >= 12, line[line.startIndex + 8] == 0x20,
            code.allSatisfy({ (0x30...0x39).contains($0) }), line.count == 12 || line[line.startIndex + 12] == 0x20
        else { throw .malformed }
        let number = code.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        guard (100...599).contains(number) else { throw .malformed }
        return number
    }
}
