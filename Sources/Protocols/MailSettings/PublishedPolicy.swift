/// A policy of MTA-STS as somebody who sends mail reads it (RFC 8461 §3.2).
public struct PublishedPolicy: Sendable, Equatable {
    public let mode: MTASTSMode
    /// Names in lower case; the first label may be `*`.
    public let mailHosts: [String]
    /// Seconds.
    public let maximumAge: Int

    /// Octets that a policy has at most, which senders may choose (RFC 8461 §3.3).
    public static let sizeLimit = 65_536

    /// - Returns: nil for what is no policy.
    public init?(_ text: [UInt8]) {
        // Fields that are not known may have UTF-8 (RFC 8461 §3.2, `sts-policy-ext-value`).
        guard text.count <= Self.sizeLimit, let text = String(validating: text, as: UTF8.self) else { return nil }
        var fields: [String: String] = [:], hosts: [String] = []
        for line in text.split(whereSeparator: { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }) {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let name = Self.trimmed(line[..<colon]), value = Self.trimmed(line[line.index(after: colon)...])
            switch name {
            case "mx":
                guard value.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
                hosts.append(value.lowercased())
            case "": return nil
            default: if fields[name] == nil { fields[name] = value }  // the first counts, and unknown ones are passed over
            }
        }
        guard fields["version"] == "STSv1", let mode = fields["mode"].flatMap(MTASTSMode.init(rawValue:)),
            let age = fields["max_age"].flatMap(Int.init), (0...31_557_600).contains(age), mode == .off || !hosts.isEmpty
        else { return nil }
        (self.mode, mailHosts, maximumAge) = (mode, hosts, age)
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
        return String(text)
    }

    /// Whether it lists the host: by name, or by a `*` for the first label (RFC 8461 §4.1).
    public func lists(_ host: String) -> Bool {
        let host = host.lowercased()
        let above = host.firstIndex(of: ".").map { "*" + host[$0...] }
        return mailHosts.contains { $0 == host || $0 == above }
    }
}
