import MIME

/// How a signature is made (RFC 8301 §3.1, RFC 8463 §3).
public enum Algorithm: String, Sendable, CaseIterable {
    case rsa = "rsa-sha256", ed25519 = "ed25519-sha256"

    /// As the record's `k=` has it.
    var keyType: String { self == .rsa ? "rsa" : "ed25519" }
}

/// The TXT record that publishes a key (RFC 6376 §3.6.1).
public struct KeyRecord: Sendable {
    public let algorithm: Algorithm
    public let publicKey: [UInt8]

    public init(algorithm: Algorithm, publicKey: [UInt8]) { (self.algorithm, self.publicKey) = (algorithm, publicKey) }

    /// Where it is published, without the final dot.
    public static func name(selector: String, domain: String) -> String { "\(selector)._domainkey.\(domain)" }

    private var key: String { String(decoding: Base64.encode(publicKey), as: UTF8.self) }

    public var text: String { "v=DKIM1; k=\(algorithm.keyType); p=\(key)" }

    /// In strings of 255 octets at most (RFC 1035 §3.3.14), as in a zone file.
    public var zoneText: String {
        var rest = text[...], strings: [String] = []
        while !rest.isEmpty {
            strings.append("\"\(rest.prefix(255))\"")
            rest = rest.dropFirst(255)
        }
        return strings.joined(separator: " ")
    }

    public enum Finding: Sendable, Equatable { case right, absent, several, revoked, anotherKey, anotherType, unusable }

    /// What the records that are published come to.
    public func finding(in texts: [String]) -> Finding {
        guard let first = texts.first else { return .absent }
        guard texts.count == 1 else { return .several }
        var tags: [String: String] = [:]
        for tag in first.split(separator: ";") {
            guard let equals = tag.firstIndex(of: "=") else { continue }
            let name = tag[..<equals].filter { !" \t".contains($0) }
            tags[name] = tag[tag.index(after: equals)...].filter { !" \t".contains($0) }
        }
        if let version = tags["v"], version != "DKIM1" { return .unusable }
        guard let published = tags["p"] else { return .unusable }
        guard !published.isEmpty else { return .revoked }
        guard tags["k"] ?? "rsa" == algorithm.keyType else { return .anotherType }
        guard published == key else { return .anotherKey }
        // Testing: mail is taken as if it were not signed (RFC 6376 §3.6.1).
        if let flags = tags["t"], flags.split(separator: ":").contains("y") { return .unusable }
        if let hashes = tags["h"], !hashes.split(separator: ":").contains("sha256") { return .unusable }
        if let services = tags["s"], !services.split(separator: ":").contains(where: { $0 == "*" || $0 == "email" }) { return .unusable }
        return .right
    }
}
