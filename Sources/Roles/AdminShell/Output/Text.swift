// Small operations on text that the shell shows or reads.

/// `1 user`, `2 users`.
package func counted(_ number: some BinaryInteger, _ noun: String) -> String { number == 1 ? "1 \(noun)" : "\(number) \(noun)s" }

extension String {
    /// Printable ASCII, as nearly all is.
    var isPlain: Bool { utf8.allSatisfy { (0x20..<0x7F).contains($0) } }
}

extension StringProtocol {
    package func trimmingSpaces() -> String {
        var rest = self[...]
        while let first = rest.first, first.isWhitespace { rest = rest.dropFirst() }
        while let last = rest.last, last.isWhitespace { rest = rest.dropLast() }
        return String(rest)
    }

    package func trimmingTrailingSpaces() -> String {
        var rest = self[...]
        while rest.last == " " { rest = rest.dropLast() }
        return String(rest)
    }

    /// Line ends and tabs become spaces, other control characters and direction overrides a question mark.
    package func withoutControls() -> String {
        let text = String(self)
        if text.isPlain { return text }
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0A, 0x0D: result.append(" ")
            case 0..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: result.append("?")
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
