/// How far something is, on one line of a terminal that is written over and over.
package struct ProgressBar: Sendable, Equatable {
    /// Of the terminal.
    package var columns: Int
    /// Whether its owner has nothing against colours.
    package var isStyled: Bool
    /// Whether it shows more than ASCII.
    package var isUnicode: Bool

    private static let shortest = 10, longest = 40
    /// Of what moves where nobody knows how much there is.
    private static let mover = 4

    package init(columns: Int, isStyled: Bool = false, isUnicode: Bool = false) {
        (self.columns, self.isStyled, self.isUnicode) = (columns, isStyled, isUnicode)
    }

    /// - Parameters:
    ///   - share: what is done of all, 0 to 1; nil: nobody knows, and something moves.
    ///   - elapsed: since it began.
    package func line(_ text: String, share: Double?, after elapsed: Duration) -> String {
        let text = String(text.withoutControls().prefix(max(0, columns - 1)))  // in the last column terminals go to the next line
        let width = min(Self.longest, columns - 1 - text.count - 4)  // between brackets, two spaces before the text
        guard width >= Self.shortest else { return text }
        let (full, empty): (Character, Character) = isUnicode ? ("█", "░") : ("#", ".")
        let begin: Int, count: Int
        if let share {
            (begin, count) = (0, Int((min(1, max(0, share)) * Double(width)).rounded(.down)))
        } else {
            // To and fro.
            let way = width - Self.mover, step = Int(elapsed / .milliseconds(100)) % (2 * way)
            (begin, count) = (step <= way ? step : 2 * way - step, Self.mover)
        }
        let done = String(repeating: full, count: count)
        let bar =
            String(repeating: empty, count: begin) + (isStyled ? Style.good.applied(to: done) : done)
            + String(repeating: empty, count: width - begin - count)
        return "[\(bar)]  \(text)"
    }
}
