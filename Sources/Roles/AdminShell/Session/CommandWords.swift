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
        let parted = PartedLine(line)
        if let quote = parted.quote { throw .openQuote(Character(quote)) }
        if parted.endsInBackslash { throw .openBackslash }
        return parted.words + (parted.last.map { [$0.meaning] } ?? [])
    }
}
