#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension Entity {
    /// Reads a complete message: RFC 5322 §2.1 and RFC 2046 §5.1.1. Lines end with CRLF or LF.
    public init(parsing message: UnsafeRawBufferPointer, limits: MessageLimits = MessageLimits()) {
        var parser = MessageParser(bytes: message, limits: limits)
        self = parser.message()
    }
}

/// One pass over the lines of a message. `position` always stands at the first byte of a line.
struct MessageParser {
    let bytes: UnsafeRawBufferPointer
    let limits: MessageLimits
    private var position = 0
    /// Line feeds before `position`.
    private var lines = 0
    private var partCount = 0
    private var fieldCount = 0
    /// Of the multiparts around the current position, outermost first.
    private var boundaries: [[UInt8]] = []
    /// Of each boundary, so that a line is compared with one boundary at most, and not with a hundred that begin alike.
    private var boundaryHashes: [UInt64] = []

    init(bytes: UnsafeRawBufferPointer, limits: MessageLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    /// What ended an entity: a delimiter of the multipart at `index` of `boundaries`; nil at the end of the message.
    private struct Delimiter {
        let index: Int
        let closes: Bool
    }

    mutating func message() -> Entity { entity(depth: 0, inDigest: false).0 }

    private mutating func entity(depth: Int, inDigest: Bool) -> (Entity, Delimiter?) {
        var entity = header(inDigest: inDigest)
        let bodyStart = position, linesBefore = lines
        var delimiter: Delimiter?
        var bodyEnd: (position: Int, lines: Int)?
        if depth < limits.depth, entity.contentType.isMultipart, let boundary = usableBoundary(of: entity.contentType) {
            entity.kind = .multipart
            (entity.children, delimiter) = multipart(boundary, depth: depth, isDigest: entity.contentType.hasSubtype("digest"))
        } else if depth < limits.depth, entity.contentType.isMessage, partCount < limits.parts {
            entity.kind = .message
            partCount += 1
            let (embedded, end) = self.entity(depth: depth + 1, inDigest: false)
            entity.children = [embedded]
            delimiter = end
            bodyEnd = (embedded.bodyRange.upperBound, linesBefore + embedded.lines)
        } else {
            delimiter = skipToDelimiter()
        }
        // A last part may end with the blank line of its header, which is no line end before the delimiter.
        let floor = max(bodyStart, entity.children.last?.range.upperBound ?? bodyStart)
        let end = bodyEnd ?? endOfBody(notBefore: floor, delimited: delimiter != nil)
        entity.bodyRange = bodyStart..<end.position
        entity.bodyLines = end.lines - linesBefore
        return (entity, delimiter)
    }

    /// The line end before a delimiter belongs to the delimiter, not to the body (RFC 2046 §5.1.1).
    private func endOfBody(notBefore start: Int, delimited: Bool) -> (position: Int, lines: Int) {
        guard delimited, position > start, bytes[position - 1] == ASCII.lineFeed else { return (position, lines) }
        let end = position - 1
        return (end > start && bytes[end - 1] == ASCII.carriageReturn ? end - 1 : end, lines - 1)
    }

    private func usableBoundary(of type: ContentType) -> [UInt8]? {
        guard var boundary = type.parameter("boundary") else { return nil }
        while let last = boundary.last, ASCII.isBlank(last) { boundary.removeLast() }
        return boundary.isEmpty || boundary.count > limits.boundary ? nil : boundary
    }

    /// Preamble, parts and epilogue. Stands after it at a delimiter of an outer multipart, or at the end.
    private mutating func multipart(_ boundary: [UInt8], depth: Int, isDigest: Bool) -> ([Entity], Delimiter?) {
        boundaries.append(boundary)
        boundaryHashes.append(boundary.withUnsafeBytes { Self.hash($0) })
        let own = boundaries.count - 1
        var parts: [Entity] = []
        var delimiter = skipToDelimiter()
        while let found = delimiter, found.index == own, !found.closes {
            skipLine()
            if partCount >= limits.parts {
                delimiter = skipToDelimiter()
                continue
            }
            partCount += 1
            let (part, next) = entity(depth: depth + 1, inDigest: isDigest)
            parts.append(part)
            delimiter = next
        }
        boundaries.removeLast()
        boundaryHashes.removeLast()
        if let found = delimiter, found.index == own {
            skipLine()
            delimiter = skipToDelimiter()
        }
        return (parts, delimiter)
    }

    // MARK: Header

    private mutating func header(inDigest: Bool) -> Entity {
        let start = position, linesBefore = lines
        var fields: [HeaderField] = []
        var separator: Range<Int>?
        while position < bytes.count {
            let end = lineEnd(from: position)
            let content = contentEnd(of: position..<end)
            if content == position {
                separator = position..<end
                advance(to: end)
                break
            }
            if delimiter(at: position..<content) != nil { break }
            field(firstLine: position..<end, into: &fields)
        }
        let type = contentType(among: fields) ?? (inDigest ? .digestDefault : .default)
        return Entity(
            headerRange: start..<position, separatorRange: separator ?? position..<position, bodyRange: position..<position,
            fields: fields, contentType: type, headerLines: lines - linesBefore, bodyLines: 0, kind: .leaf, children: [])
    }

    /// A field with its continuation lines: RFC 5322 §2.2.3.
    private mutating func field(firstLine: Range<Int>, into fields: inout [HeaderField]) {
        var end = firstLine.upperBound
        advance(to: end)
        while end < bytes.count, ASCII.isBlank(bytes[end]) {
            end = lineEnd(from: end)
            advance(to: end)
        }
        guard fields.count < limits.fields, fieldCount < limits.allFields else { return }
        fieldCount += 1
        let start = firstLine.lowerBound
        var colon = start
        while colon < firstLine.upperBound, bytes[colon] > 32, bytes[colon] != 58, bytes[colon] != 127 { colon += 1 }
        let nameEnd = colon
        while colon < firstLine.upperBound, ASCII.isBlank(bytes[colon]) { colon += 1 }  // RFC 5322 §4.5: blanks before the colon
        let contentEnd = contentEnd(of: start..<end)
        let isField = nameEnd > start && colon < firstLine.upperBound && bytes[colon] == 58
        fields.append(
            HeaderField(
                range: start..<end, nameRange: isField ? start..<nameEnd : start..<start,
                valueRange: isField ? colon + 1..<max(contentEnd, colon + 1) : start..<contentEnd))
    }

    private func contentType(among fields: [HeaderField]) -> ContentType? {
        for field in fields where ASCII.equal(UnsafeRawBufferPointer(rebasing: bytes[field.nameRange]), "Content-Type") {
            guard field.valueRange.count <= limits.structuredField else { return nil }
            return ContentType(parsing: HeaderField.unfold(bytes[field.valueRange]))
        }
        return nil
    }

    // MARK: Lines

    /// Goes to the next line that is a delimiter; nil, and the end of the message, when there is none.
    private mutating func skipToDelimiter() -> Delimiter? {
        while position < bytes.count {
            let end = lineEnd(from: position)
            if !boundaries.isEmpty, bytes[position] == ASCII.hyphen,
                let found = delimiter(at: position..<contentEnd(of: position..<end))
            {
                return found
            }
            advance(to: end)
        }
        return nil
    }

    /// `--boundary` or `--boundary--`, blanks after it allowed (RFC 2046 §5.1.1). The innermost multipart is asked first.
    private func delimiter(at line: Range<Int>) -> Delimiter? {
        guard line.count > 2, !boundaries.isEmpty, bytes[line.lowerBound] == ASCII.hyphen, bytes[line.lowerBound + 1] == ASCII.hyphen
        else { return nil }
        let start = line.lowerBound + 2
        var end = line.upperBound
        while end > start, ASCII.isBlank(bytes[end - 1]) { end -= 1 }
        let length = end - start
        let mayClose = length > 2 && bytes[end - 1] == ASCII.hyphen && bytes[end - 2] == ASCII.hyphen
        guard length <= limits.boundary + 2 else { return nil }
        let opens = innermost(at: start, length), closes = mayClose ? innermost(at: start, length - 2) : nil
        guard let index = [opens, closes].compactMap({ $0 }).max() else { return nil }
        return Delimiter(index: index, closes: index != opens)
    }

    /// The innermost boundary that these octets are.
    private func innermost(at start: Int, _ length: Int) -> Int? {
        let hash = Self.hash(UnsafeRawBufferPointer(rebasing: bytes[start..<start + length]))
        return boundaryHashes.indices.last {
            boundaryHashes[$0] == hash && boundaries[$0].count == length && matches(boundaries[$0], at: start)
        }
    }

    /// FNV-1a.
    private static func hash(_ octets: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for octet in octets { hash = (hash ^ UInt64(octet)) &* 0x100_0000_01b3 }
        return hash
    }

    private func matches(_ boundary: [UInt8], at start: Int) -> Bool {
        boundary.withUnsafeBytes { boundary in
            guard let base = bytes.baseAddress, let wanted = boundary.baseAddress else { return boundary.isEmpty }
            return memcmp(base + start, wanted, boundary.count) == 0
        }
    }

    private mutating func skipLine() { advance(to: lineEnd(from: position)) }

    private mutating func advance(to end: Int) {
        if end > position, bytes[end - 1] == ASCII.lineFeed { lines += 1 }
        position = end
    }

    /// After the line feed of the line that starts at `start`, or the end of the message.
    private func lineEnd(from start: Int) -> Int {
        guard start < bytes.count, let base = bytes.baseAddress else { return bytes.count }
        guard let found = memchr(base + start, Int32(ASCII.lineFeed), bytes.count - start) else { return bytes.count }
        return UnsafeRawPointer(found) - base + 1
    }

    /// Where the line's text ends and its line end begins.
    private func contentEnd(of line: Range<Int>) -> Int {
        var end = line.upperBound
        guard end > line.lowerBound, bytes[end - 1] == ASCII.lineFeed else { return end }
        end -= 1
        return end > line.lowerBound && bytes[end - 1] == ASCII.carriageReturn ? end - 1 : end
    }
}
