/// A piece of a message as IMAP names it in `BODY[…]`: RFC 3501 §6.4.5, RFC 9051 §6.4.5.1.
public struct MessageSection: Sendable, Equatable, Hashable {
    public enum Text: Sendable, Equatable, Hashable {
        /// `BODY[]`, or the body of a part in `BODY[1.2]`.
        case whole
        case header
        case headerFields([[UInt8]])
        case headerFieldsNot([[UInt8]])
        case text
        /// The header of a part; only with part numbers.
        case mime
    }
    /// Part numbers, each from 1; empty for the message itself.
    public var part: [Int]
    public var text: Text

    public init(part: [Int] = [], text: Text = .whole) {
        self.part = part
        self.text = text
    }
}

/// Ranges of the message that together are one section.
public struct SectionRanges: Sendable, Equatable {
    public let ranges: [Range<Int>]

    public init(_ ranges: [Range<Int>]) { self.ranges = ranges.filter { !$0.isEmpty } }

    public var octets: Int { ranges.reduce(0) { $0 + $1.count } }

    /// The ranges that remain of `octets` bytes from `offset` (`<offset.octets>`); none when the offset lies behind the end.
    public func partial(offset: Int, octets: Int) -> SectionRanges {
        var skip = max(offset, 0), left = max(octets, 0)
        var kept: [Range<Int>] = []
        for range in ranges where left > 0 {
            if skip >= range.count {
                skip -= range.count
                continue
            }
            let start = range.lowerBound + skip
            let taken = min(range.upperBound - start, left)
            kept.append(start..<start + taken)
            skip = 0
            left -= taken
        }
        return SectionRanges(kept)
    }

    public func bytes(of message: [UInt8]) -> [UInt8] {
        if ranges.count == 1 { return Array(message[ranges[0].clamped(to: message.indices)]) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(octets)
        for range in ranges { bytes += message[range.clamped(to: message.indices)] }
        return bytes
    }
}

extension ParsedMessage {
    /// The ranges of a section; nil when the message has no such part (IMAP answers NIL).
    public func section(_ section: MessageSection) -> SectionRanges? {
        guard !section.part.isEmpty else { return messageSection(section.text, of: root) }
        guard let part = part(section.part) else { return nil }
        switch section.text {
        case .whole: return SectionRanges([part.bodyRange])
        case .mime: return SectionRanges([part.headerRange])
        case .header, .headerFields, .headerFieldsNot, .text: return part.embedded.flatMap { messageSection(section.text, of: $0) }
        }
    }

    /// The bytes of a section, cut to `partial`.
    public func bytes(of section: MessageSection, partial: (offset: Int, octets: Int)? = nil) -> [UInt8]? {
        guard var ranges = self.section(section) else { return nil }
        if let partial { ranges = ranges.partial(offset: partial.offset, octets: partial.octets) }
        return ranges.bytes(of: bytes)
    }

    /// The part that the numbers lead to: RFC 3501 §6.4.5. A message that is no multipart has one part, number 1: its body.
    public func part(_ path: [Int]) -> Entity? {
        guard let first = path.first, var entity = Self.part(first, ofMessage: root) else { return nil }
        for number in path.dropFirst() {
            switch entity.kind {
            case .multipart:
                guard number > 0, number <= entity.children.count else { return nil }
                entity = entity.children[number - 1]
            case .message:
                guard let embedded = entity.children.first, let next = Self.part(number, ofMessage: embedded) else { return nil }
                entity = next
            case .leaf: return nil
            }
        }
        return entity
    }

    private static func part(_ number: Int, ofMessage message: Entity) -> Entity? {
        guard message.kind == .multipart else { return number == 1 ? message : nil }
        return number > 0 && number <= message.children.count ? message.children[number - 1] : nil
    }

    private func messageSection(_ text: MessageSection.Text, of message: Entity) -> SectionRanges? {
        switch text {
        case .whole: SectionRanges([message.range])
        case .header: SectionRanges([message.headerRange])
        case .text: SectionRanges([message.bodyRange])
        case .headerFields(let names): selected(names, of: message, listed: true)
        case .headerFieldsNot(let names): selected(names, of: message, listed: false)
        case .mime: nil
        }
    }

    /// The blank line is part of every header section, where the message has one.
    private func selected(_ names: [[UInt8]], of message: Entity, listed: Bool) -> SectionRanges {
        let wanted = Set(names.map { $0.map(ASCII.lower) })
        let fields = message.fields.filter { wanted.contains(bytes[$0.nameRange].map(ASCII.lower)) == listed }
        return SectionRanges(fields.map(\.range) + [message.separatorRange])
    }
}
