/// Text between the tags of XML, and in its attributes. By octets, for a combining mark behind one of them hides it from `Character`.
enum XMLText {
    private static let escapes: [(octet: UInt8, escape: String)] = [
        (UInt8(ascii: "&"), "&amp;"), (UInt8(ascii: "<"), "&lt;"), (UInt8(ascii: ">"), "&gt;"), (UInt8(ascii: "\""), "&quot;"),
        (UInt8(ascii: "'"), "&apos;"),
    ]

    static func escaped(_ text: String) -> String {
        var escaped: [UInt8] = []
        for octet in text.utf8 {
            if let known = escapes.first(where: { $0.octet == octet }) { escaped += known.escape.utf8 } else { escaped.append(octet) }
        }
        return String(decoding: escaped, as: UTF8.self)
    }

    /// nil for entities beside the five that XML knows by itself.
    static func unescaped(_ text: some Collection<UInt8>) -> [UInt8]? {
        var plain: [UInt8] = [], rest = Array(text)[...]
        while let octet = rest.first {
            if octet != UInt8(ascii: "&") {
                plain.append(octet)
                rest.removeFirst()
                continue
            }
            guard let known = escapes.first(where: { rest.starts(with: $0.escape.utf8) }) else { return nil }
            plain.append(known.octet)
            rest.removeFirst(known.escape.utf8.count)
        }
        return plain
    }
}
