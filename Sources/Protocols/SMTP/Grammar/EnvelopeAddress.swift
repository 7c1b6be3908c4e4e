/// A mailbox as SMTP commands name it (RFC 5321 §4.1.2 `Mailbox`, with UTF-8 as in RFC 6531 §3.3).
public struct EnvelopeAddress: Sendable, Hashable, CustomStringConvertible {
    /// Without quotes and backslashes: all quoted forms of a local part are the same one.
    public let localPart: String
    /// A domain in lower case, or an address literal with its brackets.
    public let domain: String

    /// RFC 5321 §4.5.3.1: octets of a local part, of a domain, and of a path with its brackets.
    public static let localPartLimit = 64, domainLimit = 255, pathLimit = 256

    init(unchecked localPart: String, domain: String) {
        self.localPart = localPart
        self.domain = domain
    }

    /// Reads `local-part@domain`, which must be the whole of the octets.
    public init?(parsing bytes: some Collection<UInt8>) {
        var scanner = ByteScanner(Array(bytes)[...])
        guard let address = scanner.mailbox(), scanner.isAtEnd else { return nil }
        self = address
    }

    public init?(_ text: String) { self.init(parsing: text.utf8) }

    public var isLiteral: Bool { domain.utf8.first == UInt8(ascii: "[") }
    /// True when it can be sent with SMTPUTF8 only.
    public var needsUTF8: Bool { !localPart.isASCII || !domain.isASCII }

    /// As it stands in a command, with the least quoting.
    public var description: String { "\(Self.quoted(localPart))@\(domain)" }

    /// The least quoting that the local part can do with (RFC 5321 §4.1.2).
    static func quoted(_ localPart: String) -> String {
        let atoms = localPart.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        if atoms.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isAtomText) }) { return localPart }
        var text = "\""
        for scalar in localPart.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { text.unicodeScalars.append("\\") }
            text.unicodeScalars.append(scalar)
        }
        return text + "\""
    }
}

/// Where notifications about a message go (RFC 5321 §4.1.2 `Reverse-path`).
public enum ReversePath: Sendable, Hashable, CustomStringConvertible {
    /// `<>`: nobody is told, so that notifications cannot loop.
    case null
    case address(EnvelopeAddress)

    /// Without angle brackets.
    public init?(text: String) {
        if text.isEmpty {
            self = .null
        } else {
            guard let address = EnvelopeAddress(text) else { return nil }
            self = .address(address)
        }
    }

    public var address: EnvelopeAddress? { if case .address(let address) = self { address } else { nil } }
    public var needsUTF8: Bool { address?.needsUTF8 ?? false }
    /// Without angle brackets; empty for the null path.
    public var description: String { address?.description ?? "" }
}

/// Where a message goes (RFC 5321 §4.1.2 `Forward-path`, §4.1.1.3 for the postmaster without a domain).
public enum ForwardPath: Sendable, Hashable, CustomStringConvertible {
    /// `<Postmaster>`: of the server itself.
    case postmaster
    case address(EnvelopeAddress)

    public var address: EnvelopeAddress? { if case .address(let address) = self { address } else { nil } }
    public var needsUTF8: Bool { address?.needsUTF8 ?? false }
    public var description: String { address?.description ?? "Postmaster" }
}
