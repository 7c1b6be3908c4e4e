/// A local part at a domain. Two are the same when they are the same octets.
public protocol LocalPartAtDomain: ValidatedText {
    var localPart: String { get }
    var domain: DomainName { get }
}

extension LocalPartAtDomain {
    public static func == (left: Self, right: Self) -> Bool { left.domain == right.domain && left.localPart.isSpelled(as: right.localPart) }

    public func hash(into hasher: inout Hasher) {
        localPart.hashSpelling(into: &hasher)
        hasher.combine(domain)
    }
}

/// The address of a mailbox that lives here: `local@domain`, in lower case, since delivery ignores the case of both parts.
public struct EmailAddress: LocalPartAtDomain {
    public let localPart: String
    public let domain: DomainName

    public var text: String { "\(localPart)@\(domain)" }

    public init(_ text: String) throws(AdminError) {
        let parts = try AddressParts(text)
        let localPart = parts.localPart.lowercased()
        // A few letters are longer in lower case: the form that is kept must be an address too.
        guard localPart.utf8.count <= AddressParts.localPartLimit else {
            throw AddressParts.refusal(text, "has more than \(AddressParts.localPartLimit) octets before the @ in lower case")
        }
        self.init(localPart: localPart, domain: parts.domain)
    }

    private init(localPart: String, domain: DomainName) { (self.localPart, self.domain) = (localPart, domain) }
}

/// An address anywhere, to which an alias leads: its local part keeps the case in which it was written, for only
/// its own host may interpret it (RFC 5321 §2.4).
public struct TargetAddress: LocalPartAtDomain {
    public let localPart: String
    public let domain: DomainName

    public var text: String { "\(localPart)@\(domain)" }

    public init(_ text: String) throws(AdminError) {
        let parts = try AddressParts(text)
        (localPart, domain) = (parts.localPart, parts.domain)
    }
}

/// What an alias answers to: one address, or every address of a domain that is nothing else (`@domain`, the catch-all).
public struct AliasAddress: LocalPartAtDomain {
    /// Lower case; empty for the catch-all.
    public let localPart: String
    public let domain: DomainName

    public var isCatchAll: Bool { localPart.isEmpty }
    public var text: String { "\(localPart)@\(domain)" }

    public init(_ text: String) throws(AdminError) {
        if text.utf8.first == UInt8(ascii: "@") {
            (localPart, domain) = ("", try DomainName(String(text.dropFirst())))
        } else {
            let address = try EmailAddress(text)
            (localPart, domain) = (address.localPart, address.domain)
        }
    }
}

/// What a person logs in with: an address of theirs, whose domain may be written in Unicode too (`ann@bücher.example`), as it may be in
/// mail. Which domain is meant, and whether there is one, only the platform knows.
public struct LoginName: ValidatedText {
    public let text: String

    /// What a domain's name has at most in Unicode.
    private static let domainLimit = 255

    public init(_ text: String) throws(AdminError) {
        let (localPart, domain) = try AddressParts.parted(text)
        guard domain.utf8.contains(where: { $0 >= 0x80 }) else {
            self.text = try EmailAddress(text).text
            return
        }
        guard domain.utf8.count <= Self.domainLimit, domain.unicodeScalars.allSatisfy(AddressParts.isVisible) else {
            throw AddressParts.refusal(text, "has no domain behind the @")
        }
        // The local part by the rules of every address.
        self.text = "\(try EmailAddress("\(localPart)@login.example").localPart)@\(domain)"
    }

    public init(of address: EmailAddress) { text = address.text }

    public static func == (left: Self, right: Self) -> Bool { left.text.isSpelled(as: right.text) }
    public func hash(into hasher: inout Hasher) { text.hashSpelling(into: &hasher) }
}

/// `Dot-string "@" Domain` (RFC 5321 §4.1.2), the local part within its 64 octets (§4.5.3.1.1). Quoted local parts are refused:
/// nobody wants a mailbox that half of the world's forms reject. Characters beyond ASCII are taken (RFC 6531 §3.3).
private struct AddressParts {
    static let localPartLimit = 64
    let localPart: String
    let domain: DomainName

    init(_ text: String) throws(AdminError) {
        let (local, rest) = try Self.parted(text)
        (localPart, domain) = (local, try DomainName(rest))
    }

    /// The local part, and whatever stands for a domain.
    static func parted(_ text: String) throws(AdminError) -> (localPart: String, domain: String) {
        guard let at = text.utf8.lastIndex(of: UInt8(ascii: "@")) else { throw refusal(text, "has no @") }
        let local = text.utf8[..<at]
        guard !local.isEmpty else { throw refusal(text, "has nothing before the @") }
        guard local.count <= localPartLimit else { throw refusal(text, "has more than \(localPartLimit) octets before the @") }
        guard local.allSatisfy({ $0 == UInt8(ascii: ".") || isAtomText($0) }), Substring(local).unicodeScalars.allSatisfy(isVisible) else {
            throw refusal(text, "holds a character that is not allowed before the @")
        }
        let atoms = local.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard atoms.allSatisfy({ !$0.isEmpty }) else { throw refusal(text, "has a dot where none may be") }
        return (String(Substring(local)), String(text[text.utf8.index(after: at)...]))
    }

    /// `atext` of RFC 5322 §3.2.3, with the octets of UTF-8 as in RFC 6531 §3.3.
    private static func isAtomText(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...0xFF: true
        default: "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
        }
    }

    /// Beyond ASCII too, nothing that a reader cannot see: controls, spaces, marks of writing direction.
    static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate: false
        default: true
        }
    }

    static func refusal(_ text: String, _ why: String) -> AdminError {
        AdminError(.invalid, "The address \(quoted(text)) \(why).", hint: "An address looks like ann@acme.example.")
    }
}
