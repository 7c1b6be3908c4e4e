import AdminAPI

/// The person, or the script, at the other end.
package protocol Console: Sendable {
    /// Whether somebody can be asked: standard input is a terminal.
    var canAsk: Bool { get }
    /// How it is shown how far something is; nil: nobody watches, or not on a terminal where a line can be written over.
    var progressBar: ProgressBar? { get }
    /// Whether standard output, or standard error, is a terminal whose owner has nothing against colours (https://no-color.org).
    var isStyled: Bool { get }
    var isErrorStyled: Bool { get }
    /// Whether somebody pressed Ctrl-C since the line in hand was entered: it ends where it can.
    var isInterrupted: Bool { get }
    /// Asks a question; nil when it was abandoned (Ctrl-C, Ctrl-D).
    func ask(_ question: String) -> String?
    /// The same without showing what is typed.
    func askHidden(_ question: String) -> String?
    /// The next line of standard input; nil at its end.
    func readLine() -> String?
    func write(_ text: String)
    /// The same for what may be longer than a screen.
    func page(_ text: String)
    func writeError(_ text: String)
    /// Shows a line in the place of the one before it. It goes when anything else is written, or with nil.
    func show(progress line: String?)
}

extension Console {
    package var progressBar: ProgressBar? { nil }
    package func show(progress line: String?) {}
    package var isInterrupted: Bool { false }
    package var isStyled: Bool { false }
    package var isErrorStyled: Bool { false }
    package func page(_ text: String) { write(text) }
}

/// A question or password was abandoned; nothing was done.
package struct Abandoned: Error {}
