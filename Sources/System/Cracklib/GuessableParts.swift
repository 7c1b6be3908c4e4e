/// A password as somebody guesses it who knows how people make them: words of the list, also with `3` for `e` and the like, keys that lie
/// side by side, and what was there before are one guess each, however long they are.
struct GuessableParts {
    /// In characters that nobody can foresee: a word of some 50,000 is no harder to guess than three of them.
    private enum Cost { static let character = 1, word = 3, keys = 2, repetition = 1 }

    private enum Part { case character, word, keys, repetition }

    /// Shorter words are in what is random.
    private static let wordLengths = 5...24
    /// Keys side by side, and characters that were there before.
    private static let shortestRun = 3
    /// Characters among which words are looked for: each costs some reading of files.
    private static let searched = 64

    private let text: [Unicode.Scalar]
    /// How many keys lie side by side from there on; 0 for fewer than `shortestRun`.
    private let walks: [Int]

    /// - Parameter text: in lower case.
    init(_ text: some Sequence<Unicode.Scalar>) {
        self.text = Array(text)
        walks = KeyboardWalk.lengths(in: self.text, atLeast: Self.shortestRun)
    }

    /// - Parameters:
    ///   - least: what is to be left to guess, in characters.
    ///   - isWord: asked with small letters from a to z.
    /// - Returns: nil when so much is left, or nothing of it can be guessed as a whole.
    func weakness(atLeast least: Int, isWord: ([UInt8]) -> Bool) -> CommonPasswords.Weakness? {
        let (cost, parts) = cheapest(isWord)
        guard cost < least, cost < text.count else { return nil }
        switch parts.count(where: { $0 == .word }) {
        case 0: return parts.contains(.keys) ? .keyboard : .repetition
        case 1: return .word
        default: return .fewWords
        }
    }

    private func cheapest(_ isWord: ([UInt8]) -> Bool) -> (cost: Int, parts: [Part]) {
        struct Way { var cost: Int, part: Part, length: Int }
        var ways = (0...text.count).map { Way(cost: $0, part: .character, length: 1) }
        let usesKeys = isMostlyKeys
        for start in text.indices {
            let before = ways[start].cost
            func take(_ length: Int, as part: Part, for cost: Int) {
                if before + cost < ways[start + length].cost { ways[start + length] = Way(cost: before + cost, part: part, length: length) }
            }
            take(1, as: .character, for: Cost.character)
            if usesKeys, walks[start] > 0 {
                for length in Self.shortestRun...walks[start] { take(length, as: .keys, for: Cost.keys) }
            }
            for length in words(from: start, isWord) { take(length, as: .word, for: Cost.word) }
            let known = repeated(from: start)
            if known >= Self.shortestRun { for length in Self.shortestRun...known { take(length, as: .repetition, for: Cost.repetition) } }
        }
        var parts: [Part] = [], end = text.count
        while end > 0 {
            parts.append(ways[end].part)
            end -= ways[end].length
        }
        return (ways[text.count].cost, parts)
    }

    /// A few keys side by side are in many a random password.
    private var isMostlyKeys: Bool {
        var place = 0, covered = 0
        while place < text.count {
            covered += walks[place]
            place += max(walks[place], 1)
        }
        return covered * 2 >= text.count
    }

    /// The longest part from there on that begins earlier too.
    private func repeated(from start: Int) -> Int {
        (0..<start).reduce(0) { longest, earlier in
            var length = 0
            while start + length < text.count, text[earlier + length] == text[start + length] { length += 1 }
            return max(longest, length)
        }
    }

    private func words(from start: Int, _ isWord: ([UInt8]) -> Bool) -> [Int] {
        guard start < Self.searched else { return [] }
        let most = min(Self.wordLengths.upperBound, text.count - start)
        var found: [Int] = []
        for one in ["i", "l"] as [Unicode.Scalar] {
            // As far as they are letters, or stand for one.
            let letters = text[start..<start + most].prefix { Self.letter($0, one: one) != nil }
            if one == "l", !letters.contains(where: { $0 == "1" || $0 == "!" }) { continue }
            let bytes = letters.compactMap { Self.letter($0, one: one) }
            guard bytes.count >= Self.wordLengths.lowerBound else { continue }
            found += (Self.wordLengths.lowerBound...bytes.count).filter { isWord(Array(bytes.prefix($0))) }
        }
        return found
    }

    /// The letter that people write so.
    /// - Parameter one: what `1` and `!` stand for.
    private static func letter(_ scalar: Unicode.Scalar, one: Unicode.Scalar) -> UInt8? {
        let letter: Unicode.Scalar =
            switch scalar {
            case "a"..."z": scalar
            case "0": "o"
            case "1", "!": one
            case "3": "e"
            case "4", "@": "a"
            case "5", "$": "s"
            case "7": "t"
            case "8": "b"
            default: "\0"
            }
        return letter == "\0" ? nil : UInt8(ascii: letter)
    }
}
