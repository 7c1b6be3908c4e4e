/// The short name of a tenant: `a-z`, `0-9` and hyphen, 1 to 63 characters, beginning and ending with a letter or digit.
///
/// It holds no dot and no `@`, so that a tenant, a domain and an address can never be mistaken for one another.
public struct TenantName: ValidatedText {
    public let text: String

    public init(_ text: String) throws(AdminError) {
        let name = text.lowercased()
        let bytes = Array(name.utf8)
        guard let first = bytes.first, let last = bytes.last else { throw Self.refusal(text, "is empty") }
        guard bytes.count <= 63 else { throw Self.refusal(text, "is longer than 63 characters") }
        guard text.utf8.allSatisfy({ $0 < 0x80 }), bytes.allSatisfy({ $0.isLowercaseLetterOrDigit || $0 == UInt8(ascii: "-") }) else {
            throw Self.refusal(text, "holds a character that a tenant's name may not have")
        }
        guard first != UInt8(ascii: "-"), last != UInt8(ascii: "-") else { throw Self.refusal(text, "begins or ends with a hyphen") }
        self.text = name
    }

    private static func refusal(_ text: String, _ why: String) -> AdminError {
        AdminError(.invalid, "The tenant name \(quoted(text)) \(why).", hint: "Use a-z, 0-9 and hyphen, such as acme or blue-sky.")
    }
}
