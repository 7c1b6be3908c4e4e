/// Parts a line into words as a Unix shell does, without its expansions: blanks part words, quotes of both kinds hold them together,
/// a backslash takes the next character as it is (inside double quotes only before `"` and `\`), and `#` at a word's beginning
/// starts a comment.
package enum CommandWords {
    package enum Mistake: Error, Equatable, CustomStringConvertible {
        case openQuote(Character), openBackslash

        package var description: String {
            switch self {
            case .openQuote(let quote): "A quotation that begins with \(quote) does not end."
            case .openBackslash: "The line ends with a backslash."
            }
        }
    }

    package static func split(_ line: String) throws(Mistake) -> [String] {
        var words: [String] = []
        var word: String?  // nil between words: an empty quotation is a word too
        var rest = line.makeIterator()
        while let character = rest.next() {
            switch character {
            case " ", "\t", "\r", "\n", "\r\n":
                if let finished = word { words.append(finished) }
                word = nil
            case "#" where word == nil: return words
            case "'": word = try (word ?? "") + quotation(&rest, "'")
            case "\"": word = try (word ?? "") + quotation(&rest, "\"")
            case "\\":
                guard let next = rest.next() else { throw .openBackslash }
                word = (word ?? "") + String(next)
            default: word = (word ?? "") + String(character)
            }
        }
        if let word { words.append(word) }
        return words
    }

    private static func quotation(_ rest: inout String.Iterator, _ quote: Character) throws(Mistake) -> String {
        var text = ""
        while let character = rest.next() {
            if character == quote { return text }
            if character == "\\", quote == "\"" {
                guard let next = rest.next() else { break }
                if next != "\"", next != "\\" { text.append("\\") }
                text.append(next)
            } else {
                text.append(character)
            }
        }
        throw .openQuote(quote)
    }
}
