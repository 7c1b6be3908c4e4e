/// `2,4:7,9,12:*`: message sequence numbers or unique identifiers (RFC 3501 §9, sequence-set).
public struct SequenceSet: Sendable, Equatable {
    /// One number or both ends of a range; nil is `*`, the largest in use.
    public struct Element: Sendable, Equatable {
        public let first: UInt32?, last: UInt32?
    }
    public let elements: [Element]

    public init(_ elements: [Element]) { self.elements = elements }
    public init(_ range: ClosedRange<UInt32>) { elements = [Element(first: range.lowerBound, last: range.upperBound)] }

    /// The numbers meant, ascending and without overlaps, when `*` is `largest`.
    public func ranges(largest: UInt32) -> [ClosedRange<UInt32>] {
        let all = elements.map { element in
            let first = element.first ?? largest, last = element.last ?? largest
            return min(first, last)...max(first, last)
        }.sorted { $0.lowerBound < $1.lowerBound }
        var merged: [ClosedRange<UInt32>] = []
        for range in all {
            if let last = merged.last, UInt64(range.lowerBound) <= UInt64(last.upperBound) + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }

    /// The shortest text for ascending numbers: `1:3,7`, as in COPYUID (RFC 4315 §3).
    public static func text(of ascending: some Sequence<UInt32>) -> String {
        var parts: [String] = []
        var start: UInt32?, end: UInt32 = 0
        func finish() {
            guard let start else { return }
            parts.append(start == end ? "\(start)" : "\(start):\(end)")
        }
        for number in ascending {
            if start != nil, number == end &+ 1 { end = number; continue }
            finish()
            (start, end) = (number, number)
        }
        finish()
        return parts.joined(separator: ",")
    }
}

extension Parser {
    mutating func sequenceSet() throws(SyntaxError) -> SequenceSet {
        var elements: [SequenceSet.Element] = []
        repeat {
            let first = try sequenceNumber()
            let last = take(UInt8(ascii: ":")) ? try sequenceNumber() : first
            elements.append(SequenceSet.Element(first: first, last: last))
        } while take(UInt8(ascii: ","))
        return SequenceSet(elements)
    }

    private mutating func sequenceNumber() throws(SyntaxError) -> UInt32? {
        take(UInt8(ascii: "*")) ? nil : try positiveNumber()
    }

    /// The set of a command that has a `UID` form, told apart by how the command began.
    mutating func messages() throws(SyntaxError) -> MessageSelection {
        MessageSelection(set: try sequenceSet(), areUIDs: readsUIDs)
    }
}

/// Which messages a command is about, by sequence number or (in its `UID` form) by unique identifier.
public struct MessageSelection: Sendable, Equatable {
    public let set: SequenceSet
    public let areUIDs: Bool

    public init(set: SequenceSet, areUIDs: Bool) {
        self.set = set
        self.areUIDs = areUIDs
    }
}
