/// A mail domain, in lower case, as A-labels: at least two labels of letters, digits and hyphens (RFC 1035 as widened by
/// RFC 1123 §2.1).
///
/// Limits: a label has 63 octets, the whole name 253.
public struct DomainName: ValidatedText {
    public let text: String

    public init(_ text: String) throws(AdminError) {
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else {  // asked before lower case makes ASCII of the Kelvin sign
            throw AdminError(
                .invalid, "The domain \(quoted(text)) is not written in ASCII.",
                hint: "Give its A-label form, which begins with xn-- (as `idn` or your registrar shows it).")
        }
        var name = text.lowercased()
        if name.hasSuffix("."), !name.hasSuffix("..") { name.removeLast() }  // people copy absolute names from zone files
        guard !name.isEmpty else { throw Self.refusal(text, "is empty") }
        guard name.utf8.count <= 253 else { throw Self.refusal(text, "is longer than 253 characters") }
        let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.count >= 2 else { throw Self.refusal(text, "has no dot") }
        for label in labels {
            guard let first = label.first, let last = label.last else { throw Self.refusal(text, "has an empty label") }
            guard label.count <= 63 else { throw Self.refusal(text, "has a label longer than 63 characters") }
            guard label.allSatisfy({ $0.isLowercaseLetterOrDigit || $0 == UInt8(ascii: "-") }) else {
                throw Self.refusal(text, "holds a character that a mail domain may not have")
            }
            guard first != UInt8(ascii: "-"), last != UInt8(ascii: "-") else {
                throw Self.refusal(text, "has a label that begins or ends with a hyphen")
            }
        }
        if let top = labels.last, top.allSatisfy({ (0x30...0x39).contains($0) }) { throw Self.refusal(text, "looks like an IP address") }
        self.text = name
    }

    private static func refusal(_ text: String, _ why: String) -> AdminError {
        AdminError(.invalid, "The domain \(quoted(text)) \(why).", hint: "A domain looks like acme.example.")
    }
}
