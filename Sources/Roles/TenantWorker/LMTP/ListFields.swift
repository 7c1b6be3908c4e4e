import SMTP

/// What says of a message that it came through a group: `List-Id` (RFC 2919) and `List-Post` (RFC 2369 §3.4), above its header.
///
/// A message that is another list's already stays so: a second List-Id would be against RFC 2919 §3, and taking the first one out would
/// break the list's signature.
struct ListFields {
    let group: String
    let header: HeaderScan

    var bytes: [UInt8] {
        guard header.fields(named: "list-id").isEmpty, let at = group.lastIndex(of: "@") else { return [] }
        let label = Self.encoded(group[..<at], keeping: "!#$&'*+-/=?^_`{|}~.")
        let local = Self.encoded(group[..<at], keeping: "-._~")
        let domain = group[group.index(after: at)...]
        var text = "List-Id: <\(label).\(domain)>\r\n"
        if header.fields(named: "list-post").isEmpty { text += "List-Post: <mailto:\(local)@\(domain)>\r\n" }
        return Array(text.utf8)
    }

    private static let lettersAndDigits = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

    /// With what is neither a letter, a digit nor kept as `%` and two digits (RFC 3986 §2.1).
    private static func encoded(_ text: Substring, keeping kept: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var output: [UInt8] = []
        for byte in text.utf8 {
            if lettersAndDigits.contains(byte) || kept.utf8.contains(byte) {
                output.append(byte)
            } else {
                output += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
