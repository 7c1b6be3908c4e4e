/// RDATA as it comes over the wire: RFC 1035 §3.3. Whatever does not fit its type is nil.
package enum RecordData {
    /// MX: a preference and a name.
    package static func mailHost(_ data: [UInt8]) -> MailHost? {
        guard data.count > 2, let name = name(data[2...]) else { return nil }
        return MailHost(name: name, preference: UInt16(data[0]) << 8 | UInt16(data[1]))
    }

    /// SRV (RFC 2782): priority, weight, port, and a name.
    package static func service(_ data: [UInt8]) -> String? {
        guard data.count > 6, let name = name(data[6...]) else { return nil }
        let numbers = [0, 2, 4].map { String(UInt16(data[$0]) << 8 | UInt16(data[$0 + 1])) }
        return numbers.joined(separator: " ") + " \(name)."
    }

    /// TLSA (RFC 6698 §2.1): usage, selector, matching type, and what is matched.
    package static func certificateAssociation(_ data: [UInt8]) -> String? {
        guard data.count > 3 else { return nil }
        let digits = data[3...].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return data[..<3].map { String($0) }.joined(separator: " ") + " \(digits)"
    }

    /// A record that is nothing but a name.
    static func name(_ data: [UInt8]) -> String? { name(data[...]) }

    /// Labels up to the root, not compressed (libunbound unpacks them). The root itself is the empty name.
    static func name(_ data: ArraySlice<UInt8>) -> String? {
        var labels: [String] = []
        var position = data.startIndex
        while position < data.endIndex {
            let length = Int(data[position])
            if length == 0 { return labels.joined(separator: ".") }
            let end = position + 1 + length
            // RFC 1035 §2.3.4: a label has at most 63 octets, a name 255 with its lengths and the root.
            guard length <= 63, end < data.endIndex, end - data.startIndex < 255 else { return nil }
            let label = data[position + 1..<end].map { $0 >= 65 && $0 <= 90 ? $0 | 32 : $0 }
            // Other octets are legal in DNS, but no mail host has them, and they must not reach logs or commands.
            guard label.allSatisfy({ $0 > 32 && $0 < 127 && $0 != UInt8(ascii: ".") }) else { return nil }
            labels.append(String(decoding: label, as: UTF8.self))
            position = end
        }
        return nil
    }

    /// TXT: strings, each behind its length. Control characters do not belong there and must not reach a terminal.
    package static func text(_ data: [UInt8]) -> String? {
        var joined: [UInt8] = []
        var position = 0
        while position < data.count {
            let end = position + 1 + Int(data[position])
            guard end <= data.count else { return nil }
            joined += data[position + 1..<end]
            position = end
        }
        return String(decoding: joined.map { $0 < 32 || $0 == 127 ? UInt8(ascii: "?") : $0 }, as: UTF8.self)
    }

    package static func ipv4(_ data: [UInt8]) -> String? {
        data.count == 4 ? data.map(String.init).joined(separator: ".") : nil
    }

    package static func ipv6(_ data: [UInt8]) -> String? {
        guard data.count == 16 else { return nil }
        return stride(from: 0, to: 16, by: 2).map { String(UInt16(data[$0]) << 8 | UInt16(data[$0 + 1]), radix: 16) }.joined(separator: ":")
    }

    /// True for an address in text, which is never looked up.
    package static func isAddress(_ host: String) -> Bool {
        if host.utf8.contains(UInt8(ascii: ":")) { return true }
        let parts = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { part in !part.isEmpty && part.count <= 3 && part.allSatisfy { $0 >= 48 && $0 <= 57 } }
    }
}
