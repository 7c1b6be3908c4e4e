/// A line in words, which may end in the middle of one, as when somebody presses Tab. By scalars, as shells part it.
package struct PartedLine: Sendable, Equatable {
    /// Whose rules hold. They differ in what a backslash is for inside of quotes; elsewhere it takes any character as it is.
    package enum Rules: Sendable {
        case own, bash, fish

        func escapes(in quote: Unicode.Scalar) -> Set<Unicode.Scalar> {
            switch (self, quote) {
            case (.own, "\""): ["\"", "\\"]
            case (.bash, "\""): ["\"", "\\", "$", "`"]
            case (.fish, "\""): ["\"", "\\", "$"]
            case (.fish, "'"): ["'", "\\"]
            default: []
            }
        }
    }

    package struct Word: Sendable, Equatable {
        package var meaning = ""
        /// As it was typed.
        package var text = ""
    }

    /// Those before the last one.
    package private(set) var earlier: [Word] = []
    package var words: [String] { earlier.map(\.meaning) }
    /// What the line ends in; nil: behind a blank, or in a comment.
    package private(set) var last: Word?
    /// The quotation that is open still.
    package private(set) var quote: Unicode.Scalar?
    /// What the backslash would be for is not typed yet.
    package private(set) var endsInBackslash = false
    package private(set) var endsInComment = false

    package init(_ line: String, by rules: Rules = .own) {
        for character in line.unicodeScalars {
            if endsInComment { break }
            if let quote {
                take(character, in: quote, escapes: rules.escapes(in: quote))
            } else if endsInBackslash {
                endsInBackslash = false
                add(character)
            } else {
                take(character)
            }
        }
    }

    private mutating func take(_ character: Unicode.Scalar) {
        switch character {
        case " ", "\t", "\r", "\n":
            if let last { earlier.append(last) }
            last = nil
        case "#" where last == nil: endsInComment = true
        case "'", "\"":
            quote = character
            type(character)
        case "\\":
            endsInBackslash = true
            type(character)
        default: add(character)
        }
    }

    private mutating func take(_ character: Unicode.Scalar, in quote: Unicode.Scalar, escapes: Set<Unicode.Scalar>) {
        if endsInBackslash {
            endsInBackslash = false
            if !escapes.contains(character) { last?.meaning.unicodeScalars.append("\\") }
            add(character)
        } else if character == quote {
            self.quote = nil
            type(character)
        } else if character == "\\", !escapes.isEmpty {
            endsInBackslash = true
            type(character)
        } else {
            add(character)
        }
    }

    /// A character that means itself.
    private mutating func add(_ character: Unicode.Scalar) {
        last = last ?? Word()
        last?.meaning.unicodeScalars.append(character)
        last?.text.unicodeScalars.append(character)
    }

    /// One that is there for others: an empty quotation is a word too.
    private mutating func type(_ character: Unicode.Scalar) {
        last = last ?? Word()
        last?.text.unicodeScalars.append(character)
    }
}
