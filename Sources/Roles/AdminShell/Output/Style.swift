/// How text is set off on a terminal.
package enum Style: String, Sendable {
    case heading = "1", good = "32", bad = "31"

    /// In the terminal's words (ECMA-48, SGR).
    package func applied(to text: String) -> String { text.isEmpty ? text : "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" }
}
