/// Writes what a line is completed with as bash reads it. Bash puts it there as it is: a name with an apostrophe would open a quotation,
/// and one with a backtick would be run.
package struct BashWord {
    private let written: String
    private let meaning: String
    private let quote: Character?

    /// - Parameter line: by bash's rules.
    package init(at line: PartedLine) {
        let text = line.last?.text ?? ""
        written = line.endsInBackslash ? String(text.dropLast()) : text
        (meaning, quote) = (line.last?.meaning ?? "", line.quote)
    }

    /// The whole word: it goes on as it begins, within the quotation that is open. Bash itself ends that one.
    private func completed(as candidate: String) -> String {
        if candidate.hasPrefix(meaning) { return written + Self.quoted(String(candidate.dropFirst(meaning.count)), in: quote) }
        // In other letters than those that were typed.
        return (quote.map(String.init) ?? "") + Self.quoted(candidate, in: quote)
    }

    /// - Parameter replaced: the end of the word, which bash takes for all of it: it parts words elsewhere than we do.
    /// - Returns: what is to stand in its place; nil: nothing can.
    package func completed(as candidate: String, replacing replaced: String, in line: PartedLine) -> String? {
        let typed = line.last?.text ?? "", word = completed(as: candidate)
        guard typed.hasSuffix(replaced) else { return nil }
        let kept = typed.dropLast(replaced.count)
        return word.hasPrefix(kept) ? String(word.dropFirst(kept.count)) : nil
    }

    private static let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%+=:,./_-")

    private static func quoted(_ text: String, in quote: Character?) -> String {
        switch quote {
        case "'": text.replacing("'", with: #"'\''"#)
        case nil: text.map { plain.contains($0) || !$0.isASCII ? "\($0)" : "\\\($0)" }.joined()
        // Inside of these a backslash would stay before the `!`, which means the history even here.
        default: text.map { $0 == "!" ? #""'!'""# : #""\$`"#.contains($0) ? "\\\($0)" : "\($0)" }.joined()
        }
    }
}
