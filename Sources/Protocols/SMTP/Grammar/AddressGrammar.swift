/// Addresses and paths: RFC 5321 §4.1.2 and §4.1.3, with the additions of RFC 6531 §3.3.
extension ByteScanner {
    /// `Reverse-path = Path / "<>"`.
    mutating func reversePath() -> ReversePath? {
        let start = position
        guard skip(UInt8(ascii: "<")) else { return nil }
        if skip(UInt8(ascii: ">")) { return .null }
        return pathRest(from: start).map { .address($0) }
    }

    /// `Forward-path = Path`, or `<Postmaster>` in any case.
    mutating func forwardPath() -> ForwardPath? {
        let start = position
        guard skip(UInt8(ascii: "<")) else { return nil }
        let beforeName = self
        if skip(text: "postmaster"), skip(UInt8(ascii: ">")) { return .postmaster }
        self = beforeName
        return pathRest(from: start).map { .address($0) }
    }

    /// `[ A-d-l ":" ] Mailbox ">"`: a source route is accepted and ignored, as RFC 5321 §4.1.2 says.
    private mutating func pathRest(from start: Int) -> EnvelopeAddress? {
        if peek == UInt8(ascii: "@") {
            repeat {
                guard skip(UInt8(ascii: "@")), domain() != nil else { return nil }
            } while skip(UInt8(ascii: ","))
            guard skip(UInt8(ascii: ":")) else { return nil }
        }
        guard let address = mailbox(), skip(UInt8(ascii: ">")), position - start <= EnvelopeAddress.pathLimit else { return nil }
        return address
    }

    /// `Mailbox = Local-part "@" ( Domain / address-literal )`.
    mutating func mailbox() -> EnvelopeAddress? {
        guard let local = peek == UInt8(ascii: "\"") ? quotedString() : dotString(), local.count <= EnvelopeAddress.localPartLimit,
            let localPart = String(validating: local, as: UTF8.self), skip(UInt8(ascii: "@"))
        else { return nil }
        guard let domain = peek == UInt8(ascii: "[") ? addressLiteral() : domain() else { return nil }
        return EnvelopeAddress(unchecked: localPart, domain: domain)
    }

    /// `Dot-string = Atom *("." Atom)`.
    private mutating func dotString() -> [UInt8]? {
        let start = position
        var length = 0
        repeat {
            let atom = take(while: \.isAtomText)
            if atom.isEmpty { return nil }
            length += atom.count + 1
        } while length <= EnvelopeAddress.pathLimit && skip(UInt8(ascii: "."))
        return Array(read(from: start))
    }

    /// `Quoted-string = DQUOTE *QcontentSMTP DQUOTE`; the octets between the quotes, backslashes undone. An empty one names nobody.
    private mutating func quotedString() -> [UInt8]? {
        guard skip(UInt8(ascii: "\"")) else { return nil }
        var content: [UInt8] = []
        while let byte = take(), content.count <= EnvelopeAddress.localPartLimit {
            switch byte {
            case UInt8(ascii: "\""): return content.isEmpty ? nil : content
            case UInt8(ascii: "\\"):
                guard let next = take(), (32...126).contains(next) else { return nil }
                content.append(next)
            case 32...126, 0x80...: content.append(byte)
            default: return nil
            }
        }
        return nil
    }

    /// `Domain = sub-domain *("." sub-domain)`, in lower case; labels of 1 to 63 octets, with UTF-8 as U-labels.
    mutating func domain() -> String? {
        let start = position
        repeat {
            let label = take { $0.isASCIILetterOrDigit || $0 == UInt8(ascii: "-") || $0 >= 0x80 }
            guard (1...63).contains(label.count), label.first != UInt8(ascii: "-"), label.last != UInt8(ascii: "-"),
                position - start <= EnvelopeAddress.domainLimit
            else { return nil }
        } while skip(UInt8(ascii: "."))
        return String(validating: read(from: start), as: UTF8.self)?.asciiLowercased
    }

    /// `address-literal` (RFC 5321 §4.1.3), with its brackets and in lower case but for the tag `IPv6:`.
    mutating func addressLiteral() -> String? {
        guard skip(UInt8(ascii: "[")) else { return nil }
        let content = take { (33...90).contains($0) || (94...126).contains($0) }
        guard content.count <= 64, skip(UInt8(ascii: "]")) else { return nil }
        var inner = ByteScanner(content)
        if inner.skip(text: "IPv6:") {
            guard isIPv6Address(inner.rest) else { return nil }
            return "[IPv6:\(String(decoding: inner.rest, as: UTF8.self).asciiLowercased)]"
        }
        guard isIPv4Address(content) else { return nil }
        return "[\(String(decoding: content, as: UTF8.self))]"
    }
}

/// `IPv4-address-literal = Snum 3("." Snum)`.
func isIPv4Address(_ text: ArraySlice<UInt8>) -> Bool {
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { part in decimal(part, limit: 3).map { $0 <= 255 } ?? false }
}

/// `IPv6-addr` in its four forms: at most eight groups, `::` once at most and for two or more, IPv4 as the last two.
func isIPv6Address(_ text: ArraySlice<UInt8>) -> Bool {
    var parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard (3...9).contains(parts.count) else { return false }
    var groups = 0
    if let last = parts.last, last.contains(UInt8(ascii: ".")) {
        guard isIPv4Address(last) else { return false }
        parts.removeLast()
        groups = 2
    }
    // An empty part is `::`; at either end of the text it makes two of them.
    var isCompressed = false
    if parts.first?.isEmpty == true {
        guard parts.count > 1, parts[1].isEmpty else { return false }
        parts.removeFirst()
    }
    if groups == 0, parts.last?.isEmpty == true {
        guard parts.count > 1, parts[parts.count - 2].isEmpty else { return false }
        parts.removeLast()
    }
    for part in parts {
        if part.isEmpty {
            if isCompressed { return false }
            isCompressed = true
        } else {
            guard part.count <= 4, part.allSatisfy(\.isHexDigit) else { return false }
            groups += 1
        }
    }
    return isCompressed ? groups <= 6 : groups == 8
}
