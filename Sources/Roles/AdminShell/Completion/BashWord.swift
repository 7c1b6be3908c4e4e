/// Writes what a line is completed with as bash reads it. Bash puts it there as it is: a name with an apostrophe would open a quotation,
/// and one with a backtick would be run. All goes by scalars, as in bash: to it a quote with an accent behind it is a quote.
package struct BashWord {
    private typealias Scalars = [Unicode.Scalar]

    private let written: Scalars
    private let meaning: Scalars
    private let quote: Unicode.Scalar?

    /// - Parameter line: by bash's rules.
    package init(at line: PartedLine) {
        let text = Scalars((line.last?.text ?? "").unicodeScalars)
        written = line.endsInBackslash ? text.dropLast() : text
        (meaning, quote) = (Scalars((line.last?.meaning ?? "").unicodeScalars), line.quote)
    }

    /// The whole word: it goes on as it begins, within the quotation that is open. Bash itself ends that one.
    private func completed(as candidate: Scalars) -> Scalars {
        if candidate.starts(with: meaning) { return written + Self.quoted(candidate.dropFirst(meaning.count), in: quote) }
        // In other letters than those that were typed.
        return (quote.map { [$0] } ?? []) + Self.quoted(candidate[...], in: quote)
    }

    /// - Parameter replaced: the end of the word, which bash takes for all of it: it parts words elsewhere than we do.
    /// - Returns: what is to stand in its place; nil: nothing can.
    package func completed(as candidate: String, replacing replaced: String, in line: PartedLine) -> String? {
        let typed = Scalars((line.last?.text ?? "").unicodeScalars), end = Scalars(replaced.unicodeScalars)
        let word = completed(as: Scalars(candidate.unicodeScalars)), kept = typed.dropLast(end.count)
        guard typed.suffix(end.count).elementsEqual(end), word.starts(with: kept) else { return nil }
        return Self.text(word.dropFirst(kept.count))
    }

    private static let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%+=:,./_-".unicodeScalars)
    private static let special = Set(#""\$`"#.unicodeScalars)

    private static func quoted(_ scalars: ArraySlice<Unicode.Scalar>, in quote: Unicode.Scalar?) -> Scalars {
        scalars.flatMap { scalar -> Scalars in
            switch quote {
            case "'": scalar == "'" ? Scalars(#"'\''"#.unicodeScalars) : [scalar]
            case nil: plain.contains(scalar) || !scalar.isASCII ? [scalar] : ["\\", scalar]
            // Inside of these a backslash would stay before the `!`, which means the history even here.
            default: scalar == "!" ? Scalars(#""'!'""#.unicodeScalars) : special.contains(scalar) ? ["\\", scalar] : [scalar]
            }
        }
    }

    private static func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }
}
