import IMAP

/// Sequence sets: the ranges are in order and apart, and hold the numbers that the elements name.
enum IMAPSequences {
    static func check(_ input: [UInt8]) throws {
        guard input.count <= 2_000, let fetch = try IMAPCommands.parse("a FETCH ", input + Array(" UID".utf8)) as? Fetch else { return }
        let set = fetch.messages.set
        guard let again = try IMAPCommands.parse("a FETCH ", Array("\(IMAPCommandText.text(set)) UID".utf8)) as? Fetch else {
            throw BrokenPromise(description: "\(IMAPCommandText.text(set)) is not understood")
        }
        try promiseEqual(again.messages.set, set, "a set written again")
        for largest in [0, 1, 5, UInt32.max] { try check(set, largest: largest) }
    }

    private static func check(_ set: SequenceSet, largest: UInt32) throws {
        let ranges = set.ranges(largest: largest)
        for (range, next) in zip(ranges, ranges.dropFirst()) {
            try promise(UInt64(range.upperBound) + 1 < UInt64(next.lowerBound), "ranges that touch: \(ranges)")
        }
        let ends = set.elements.flatMap { [$0.first ?? largest, $0.last ?? largest] }
        for number in Set(ends.flatMap { [$0 &- 1, $0, $0 &+ 1] }) {
            let isNamed = set.elements.contains { element in
                let first = element.first ?? largest, last = element.last ?? largest
                return (min(first, last)...max(first, last)).contains(number)
            }
            try promiseEqual(ranges.contains { $0.contains(number) }, isNamed, "whether \(number) is in the set")
        }
        guard ranges.allSatisfy({ $0.count <= 100 }) else { return }
        let numbers = ranges.flatMap { Array($0) }
        guard !numbers.isEmpty, numbers.first != 0 else { return }
        let text = SequenceSet.text(of: numbers)
        let reread = try IMAPCommands.parse("a FETCH ", Array("\(text) UID".utf8)) as? Fetch
        try promiseEqual(reread?.messages.set.ranges(largest: largest), ranges, "the numbers as \(text)")
    }
}

/// Dates of APPEND and SEARCH.
enum IMAPDates {
    static func check(_ input: [UInt8]) throws {
        let quoted = [34] + input + Array("\" {1+}\r\nx".utf8)
        if let append = try IMAPCommands.parse("a APPEND b ", quoted) as? Append, let date = append.date {
            let again = try IMAPCommands.parse("a APPEND b ", Array("\(date.text) {1+}\r\nx".utf8)) as? Append
            try promise(again?.date != nil, "\(date.text) is not understood")
            // What lies outside of the years that four digits can say is shown on the nearest day of them.
            if (-62_135_596_800...253_402_300_799).contains(date.secondsSince1970) { try promiseEqual(again?.date, date, date.text) }
        }
        guard let search = try IMAPCommands.parse("a SEARCH ON ", input) as? Search, case .on(let day) = search.key else { return }
        let noon = InternalDate(secondsSince1970: day.daysSince1970 * 86_400 + 43_200)
        try promiseEqual(noon.day, day, "noon of a day lies on it")
        let again = try IMAPCommands.parse("a SEARCH ON ", noon.text.dropFirst().prefix(11).utf8.drop { $0 == 32 }) as? Search
        try promiseEqual(again?.key, search.key, "a day written again")
    }
}

/// Modified UTF-7 and the names that it carries.
enum IMAPMailboxes {
    static func check(_ input: [UInt8]) throws {
        if let text = ModifiedUTF7.decode(input) {
            let encoded = ModifiedUTF7.encode(text)
            try promise(encoded.allSatisfy { (32...126).contains($0) }, "\(shown(encoded)) is not printable")
            try promise(ModifiedUTF7.decode(encoded).map { Array($0.utf8) } == Array(text.utf8), "\(shown(encoded)) is another name")
            try promise(encoded.count <= 4 * input.count + 2, "the name grew from \(input.count) to \(encoded.count) octets")
        }
        guard let name = MailboxName(encoded: input) else { return }
        try promise(name.text.utf8.count <= MailboxName.longest, "a name of \(name.text.utf8.count) octets")
        try promise(MailboxName(encoded: name.encoded).map { Array($0.text.utf8) } == Array(name.text.utf8), "\(name) written again")
        // Levels by octets, as the patterns of LIST see them.
        let octets = Array(name.text.utf8)
        let above = octets.indices.filter { octets[$0] == UInt8(ascii: "/") }
            .map { MailboxName(String(decoding: octets[..<$0], as: UTF8.self)) }
        try promiseEqual(name.ancestors.map { Array($0.text.utf8) }, above.map { Array($0.text.utf8) }, "the names above \(name)")
        for ancestor in above { try promise(name.isDescendant(of: ancestor), "\(name) is not below \(ancestor)") }
        let levels = octets.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isWellFormed = levels.allSatisfy { !$0.isEmpty } && !octets.contains { "%*".utf8.contains($0) }
        try promiseEqual(name.isWellFormed, isWellFormed, "whether \(name) is well formed")
    }
}

/// LIST patterns, held against the definition; the input is a pattern and, behind a LF, a name.
enum IMAPPatterns {
    static func check(_ input: [UInt8]) throws {
        let parts = input.split(separator: 10, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count <= 40 }), let pattern = String(validating: parts[0], as: UTF8.self),
            let text = String(validating: parts[1], as: UTF8.self)
        else { return }
        let name = MailboxName(text)
        let octets = Array(name.text.utf8)
        let expected = Self.matches(Array(MailboxName(pattern).text.utf8)[...], octets[...])
        for split in [0, pattern.unicodeScalars.count / 2] {
            let scalars = Array(pattern.unicodeScalars)
            let reference = String(String.UnicodeScalarView(scalars[..<split])), rest = String(String.UnicodeScalarView(scalars[split...]))
            let matches = MailboxPattern(reference: reference, pattern: rest).matches(name)
            try promiseEqual(matches, expected, "whether \(shown(parts[0])) matches \(shown(parts[1]))")
        }
    }

    /// RFC 3501 §6.3.8, by the rows of a table: which starts of the name each start of the pattern can stand for.
    private static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        var ends: Set<Int> = [0]
        for byte in pattern {
            switch byte {
            case UInt8(ascii: "*"): ends = Set(ends.flatMap { Array($0...name.count) })
            case UInt8(ascii: "%"):
                ends = Set(
                    ends.flatMap { start in
                        let level = name.dropFirst(start).prefix { $0 != UInt8(ascii: "/") }
                        return Array(start...start + level.count)
                    })
            default: ends = Set(ends.compactMap { $0 < name.count && name[$0] == byte ? $0 + 1 : nil })
            }
        }
        return ends.contains(name.count)
    }
}
