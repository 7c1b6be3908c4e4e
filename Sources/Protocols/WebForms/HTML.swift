/// A piece of a page. What stands in the source is markup; what is put into it is text and is escaped, unless it is such a piece itself. So
/// nothing that somebody typed becomes markup.
///
/// Values of attributes stand in double quotation marks: `HTML("<p class=\"\(name)\">")` is right whatever the name is.
public struct HTML: Sendable, Equatable, ExpressibleByStringInterpolation {
    public let markup: String

    private init(markup: String) { self.markup = markup }

    public init(stringLiteral markup: String) { self.init(markup: markup) }
    public init(stringInterpolation: StringInterpolation) { self.init(markup: stringInterpolation.markup) }

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var markup = ""

        public init(literalCapacity: Int, interpolationCount: Int) { markup.reserveCapacity(literalCapacity + 16 * interpolationCount) }

        public mutating func appendLiteral(_ literal: String) { markup += literal }
        public mutating func appendInterpolation(_ text: String) { markup += HTML.escaped(text) }
        public mutating func appendInterpolation(_ number: some BinaryInteger) { markup += String(number) }
        public mutating func appendInterpolation(_ piece: HTML) { markup += piece.markup }
        public mutating func appendInterpolation(_ pieces: [HTML]) { for piece in pieces { markup += piece.markup } }
    }

    /// Text as it stands between tags and in attributes. Control characters, which a page cannot have, are shown as U+FFFD.
    public static func escaped(_ text: String) -> String {
        var markup = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": markup += "&amp;".unicodeScalars
            case "<": markup += "&lt;".unicodeScalars
            case ">": markup += "&gt;".unicodeScalars
            case "\"": markup += "&quot;".unicodeScalars
            case "'": markup += "&#39;".unicodeScalars
            case "\n", "\t", "\r": markup.append(scalar)
            case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value): markup.append("\u{FFFD}")
            default: markup.append(scalar)
            }
        }
        return String(markup)
    }
}
