import AdminAPI

/// A platform on another machine: `HOST` or `HOST:PORT`, IPv6 addresses in brackets.
package struct ServerAddress: Sendable, Equatable, CustomStringConvertible {
    package static let standardPort: UInt16 = 8443

    package let host: String
    package let port: UInt16

    package init(_ text: String) throws(AdminError) {
        let host: Substring, rest: Substring
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            (host, rest) = (text[text.index(after: text.startIndex)..<end], text[text.index(after: end)...])
        } else {
            let colon = text.firstIndex(of: ":") ?? text.endIndex
            (host, rest) = (text[..<colon], text[colon...])
        }
        guard !host.isEmpty, host.allSatisfy({ $0.isASCII && !$0.isWhitespace && $0 != "/" }),
            let port = rest.isEmpty ? Self.standardPort : rest.hasPrefix(":") ? UInt16(rest.dropFirst()) : nil, port > 0
        else {
            throw AdminError(
                .invalid, "\"\(text.withoutControls())\" names no server.",
                hint: "Write HOST or HOST:PORT, such as mail.example:\(Self.standardPort).")
        }
        (self.host, self.port) = (String(host), port)
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
