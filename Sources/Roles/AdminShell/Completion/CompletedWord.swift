/// Writes what a line is completed with as the shell at hand reads it, which puts it there as it is: a name with an apostrophe would open a
/// quotation, and to bash one with a backtick is a command. All goes by scalars, as in bash: to it a quote with an accent behind it is a
/// quote.
package struct CompletedWord {
    private typealias Scalars = [Unicode.Scalar]

    private let rules: PartedLine.Rules
    private let typed: Scalars
    private let written: Scalars
    private let meaning: Scalars
    private let quote: Unicode.Scalar?

    /// - Parameters:
    ///   - line: by these rules.
    ///   - rules: bash's or our own. Fish and zsh quote themselves.
    package init(at line: PartedLine, by rules: PartedLine.Rules) {
        self.rules = rules
        typed = Scalars((line.last?.text ?? "").unicodeScalars)
        written = line.endsInBackslash ? typed.dropLast() : typed
        (meaning, quote) = (Scalars((line.last?.meaning ?? "").unicodeScalars), line.quote)
    }

    /// The whole word: it goes on as it begins, within the quotation that is open.
    private func completed(as candidate: Scalars) -> Scalars {
        if candidate.starts(with: meaning) { return written + quoted(candidate.dropFirst(meaning.count), isBeginning: written.isEmpty) }
        // In other letters than those that were typed.
        return (quote.map { [$0] } ?? []) + quoted(candidate[...], isBeginning: true)
    }

    /// - Parameters:
    ///   - replaced: the end of the word, which the line's editor takes for all of it: it parts words elsewhere than we do.
    ///   - isWhole: whether the word ends there, and so the quotation; bash itself ends that one.
    /// - Returns: what is to stand in its place; nil: nothing can.
    package func completed(as candidate: String, replacing replaced: String, isWhole: Bool = false) -> String? {
        let end = Scalars(replaced.unicodeScalars), kept = typed.dropLast(end.count)
        let word = completed(as: Scalars(candidate.unicodeScalars)) + (isWhole ? quote.map { [$0] } ?? [] : [])
        guard typed.suffix(end.count).elementsEqual(end), word.starts(with: kept) else { return nil }
        return Self.text(word.dropFirst(kept.count))
    }

    private func quoted(_ scalars: ArraySlice<Unicode.Scalar>, isBeginning: Bool) -> Scalars {
        scalars.enumerated().flatMap { place, scalar -> Scalars in
            guard quote != "'" else { return scalar == "'" ? Scalars(#"'\''"#.unicodeScalars) : [scalar] }
            return escaped(scalar, isFirst: isBeginning && place == 0)
        }
    }

    private static let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%+=:,./_-".unicodeScalars)

    /// Outside of quotations, and inside of double quotes.
    private func escaped(_ scalar: Unicode.Scalar, isFirst: Bool) -> Scalars {
        let isSpecial: Bool
        switch (rules, quote) {
        // Inside of these a backslash would stay before the `!`, which means the history even here.
        case (.bash, _?) where scalar == "!": return Scalars(#""'!'""#.unicodeScalars)
        case (_, let quote?): isSpecial = rules.escapes(in: quote).contains(scalar)
        case (.own, nil): isSpecial = " \t'\"\\".unicodeScalars.contains(scalar) || isFirst && scalar == "#"
        case (_, nil): isSpecial = scalar.isASCII && !Self.plain.contains(scalar)
        }
        return isSpecial ? ["\\", scalar] : [scalar]
    }

    private static func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }
}
