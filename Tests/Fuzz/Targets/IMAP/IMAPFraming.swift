import IMAP

/// Lines and literals: commands come out the same in any pieces, whole, and within the limits.
enum IMAPFraming {
    static func check(_ input: [UInt8]) throws {
        let tight = CommandReader.Limits(line: 200, literal: 100, message: 300, nonSynchronizing: 50)
        for limits in [tight, .beforeLogin, CommandReader.Limits(message: 1 << 20)] {
            var first: [CommandReader.Outcome]?
            for pieces in Pieces.ways(input) {
                let outcomes = try read(pieces, limits)
                try promiseEqual(outcomes, first ?? outcomes, "the commands depend on the pieces")
                first = outcomes
            }
            for case .command(let command) in first ?? [] { try check(command, limits) }
        }
    }

    /// All but `needsMore`. Every third line is asked for as a plain one, as after AUTHENTICATE.
    private static func read(_ pieces: [ArraySlice<UInt8>], _ limits: CommandReader.Limits) throws -> [CommandReader.Outcome] {
        var reader = CommandReader(limits: limits)
        var outcomes: [CommandReader.Outcome] = []
        for piece in pieces {
            var rest = piece
            while !rest.isEmpty {
                let before = rest.count
                let outcome = reader.read(&rest)
                try promise(rest.count < before, "nothing was taken")
                if outcome == .needsMore {
                    try promise(rest.isEmpty, "more is needed, and something is left")
                } else {
                    outcomes.append(outcome)
                }
                switch outcome {
                case .refused(let refusal) where refusal.closes: return outcomes
                case .command, .line, .refused: if outcomes.count % 3 == 2 { reader.expectLine() }
                case .needsMore, .wantsLiteral: break
                }
            }
        }
        return outcomes
    }

    /// Each line but the last announces the next literal, and no others are there.
    private static func check(_ command: CommandText, _ limits: CommandReader.Limits) throws {
        let lines = command.text.split(separator: 10, omittingEmptySubsequences: false)
        try promiseEqual(lines.count, command.literals.count + 2, "lines and literals")
        for (line, literal) in zip(lines, command.literals) {
            let marks = ["{\(literal.count)}\r", "{\(literal.count)+}\r"]
            // A number may have zeros before it.
            let digits = line.suffix(while: { $0 != UInt8(ascii: "{") }).drop { $0 == UInt8(ascii: "0") }
            let tail = "{" + (digits.first.map { (0x30...0x39).contains($0) } == true ? "" : "0") + String(decoding: digits, as: UTF8.self)
            try promise(marks.contains(tail), "\(shown(line)) does not announce \(literal.count) octets")
        }
        try promise(lines.last?.isEmpty == true && lines[lines.count - 2].last == 13, "a command without its end")
        try promise(command.text.count <= limits.line + 1 + lines.count, "a line above the limit")
        let octets = command.literals.reduce(0) { $0 + $1.count }
        try promise(octets <= limits.literal + limits.message * command.literals.count, "literals of \(octets) octets")
        try promise(!command.text.contains(0) && !command.literals.contains { $0.contains(0) }, "a NUL")
        if let tag = command.tag { try promise(tag.utf8.allSatisfy { $0 > 32 && $0 < 127 }, "the tag \(tag)") }
    }
}

extension BidirectionalCollection {
    fileprivate func suffix(while belongs: (Element) -> Bool) -> SubSequence {
        var start = endIndex
        while start > startIndex, belongs(self[index(before: start)]) { start = index(before: start) }
        return self[start...]
    }
}
